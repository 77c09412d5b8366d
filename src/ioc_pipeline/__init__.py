"""The way of a delivery: from a department's file to published marts, every number traceable to its cell.

    fetch    an API's responses, byte for byte            load     values and load marker into raw, in one transaction
    land     every file and response safe and numbered    build    raw → tested marts, by dbt
    read     bytes → cells, in a guarded process          publish  marts → a verified version, switched at once
    parse    cells → typed values, by the contract        serve    questions to the published version
    check    can these values be true?                    flows    composes the steps; cli and Airflow call it
    answer   what the department reads                    sample   departments and systems to try it with

Below the steps: ledger and warehouse (stores), reference (what people declare), domain (words that travel).
"""
