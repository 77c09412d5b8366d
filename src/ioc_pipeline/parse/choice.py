"""Which form a workbook is: the contract whose title stands in it."""

from dataclasses import replace

from ioc_pipeline.domain.errors import ContractError, Problem, SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.parse.dated import layouts
from ioc_pipeline.parse.layout import find_blocks, title_places
from ioc_pipeline.reference.contracts import Contract, Contracts


def choose_contract(workbook: Workbook, department_code: str, contracts: Contracts) -> Contract | None:
    """The contract that reads this workbook in this department's folder.

    None when the department only asks to be read where there is something to read.

    Raises:
        ContractError: the delivery must wait, since a broken contract may be the one it needs.
        SourceError: unknown-form, wrong-department or several-forms.
    """
    own = contracts.of_department(department_code)
    chosen = _forms_in(workbook, own)
    if not chosen and workbook.format == "csv":
        chosen = [contract for contract in own if contract.source.csv and _has_all_columns(workbook, contract)]
    if len(chosen) == 1:
        return chosen[0]
    if len(chosen) > 1:
        titles = "; ".join(contract.source.title for contract in chosen)
        raise SourceError([Problem("several-forms", found=titles)])
    if any(contract.source.missing_table == "nothing_to_read" for contract in own):
        return None
    if contracts.broken:
        raise waiting_for(contracts)
    others = [contract for contract in contracts.ready.values() if contract not in own and not contract.source.api]
    if foreign := _forms_in(workbook, others):
        places = "; ".join(f"“{one.source.title}” gửi vào inbox/{one.source.folder}/" for one in foreign)
        raise SourceError([Problem("wrong-department", expected=places)])
    shown = Workbook(workbook.format, [replace(sheet, is_hidden=False) for sheet in workbook.sheets])
    if hidden := _forms_in(shown, own):
        raise SourceError([Problem("table-on-hidden-sheet", expected=f"“{hidden[0].source.tables[0].titles[0]}”")])
    titles = "; ".join(f"“{table.titles[0]}”" for contract in own for table in contract.source.tables)
    raise SourceError([Problem("unknown-form", expected=f"một trong các biểu: {titles}" if titles else "")])


def waiting_for(contracts: Contracts) -> ContractError:
    """Why a delivery that no contract in force can read must wait while others are broken."""
    broken = "; ".join(str(error) for error in contracts.broken.values())
    return ContractError(f"waiting for a contract to be mended: {broken}")


def _forms_in(workbook: Workbook, contracts: list[Contract]) -> list[Contract]:
    """Contracts with a title in the workbook; where two share a place, the one whose title says more."""
    best: dict[tuple[int, int], tuple[int, str]] = {}
    for contract in contracts:
        for place, length in title_places(workbook, contract.source).items():
            best[place] = max(best.get(place, (0, "")), (length, contract.source.name))
    names = {name for _, name in best.values()}
    return [contract for contract in contracts if contract.source.name in names]


def _has_all_columns(workbook: Workbook, contract: Contract) -> bool:
    """Whether the columns of a form stand there; one that stands twice is to be told, not a reason to know none."""
    for source in layouts(contract.source):
        try:
            return bool(find_blocks(workbook, source))
        except SourceError as error:
            if all(problem.code == "duplicate-column" for problem in error.problems):
                return True
    return False
