"""Every contract that something was read under, so that a rebuild has the version it needs."""

from pathlib import Path

from ioc_pipeline.durable import sync_folder, write_durably
from ioc_pipeline.reference.contracts import Contract


def store_contract(landing: Path, contract: Contract) -> Path:
    """Keep the bytes of a contract and its suites under their hash, so that a rebuild has the version it needs.

    Returns the folder: `contract.yml` and each suite under its name.
    """
    folder = landing / "contracts" / contract.contract_hash
    files = {**contract.suites, "contract": contract.content}
    missing = [
        (folder / f"{name}.yml", content)
        for name, content in files.items()
        if not (folder / f"{name}.yml").is_file() or (folder / f"{name}.yml").read_bytes() != content
    ]
    for path, content in missing:
        write_durably(path, content)
    if missing:
        sync_folder(folder.parent)
        sync_folder(landing)
    return folder
