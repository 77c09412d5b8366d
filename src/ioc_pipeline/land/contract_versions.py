"""Every contract that something was read under, so that it can be read under that version again."""

from pathlib import Path

from ioc_pipeline.domain.errors import DamagedError
from ioc_pipeline.durable import sync_folder, write_durably
from ioc_pipeline.reference.contracts import Contract, hash_contract


def store_contract(landing: Path, contract: Contract) -> Path:
    """Keep the bytes of a contract and its suites under their hash.

    Returns the folder: `contract.yml` and each suite under its name.
    """
    folder = landing / "contracts" / contract.contract_hash
    files = {**contract.suites, "contract": contract.content}  # the contract last: with it, all is there
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


def read_contract_version(landing: Path, contract_hash: str) -> tuple[bytes, dict[str, bytes]]:
    """A contract and its suites by name, as something was read under them, verified.

    Raises:
        DamagedError: they are not what was kept, or gone.
    """
    folder = landing / "contracts" / contract_hash
    try:
        files = {path.stem: path.read_bytes() for path in folder.glob("*.yml")}
    except OSError as error:
        raise DamagedError(f"contract version {contract_hash} cannot be read: {error.strerror}") from error
    contract = files.pop("contract", None)
    if contract is None or hash_contract(contract, files) != contract_hash:
        raise DamagedError(f"contract version {contract_hash} is not what was kept, or gone")
    return contract, files
