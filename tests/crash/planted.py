"""Bugs that are planted in a copy of the product: each must be found, or the tests here prove nothing."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from crash.harness import REPOSITORY


@dataclass(frozen=True)
class Bug:
    """`file` is below src/ioc_pipeline/; what is `said` there once is replaced."""

    file: str
    said: str
    now: str

    def planted_in(self, folder: Path) -> str:
        """Copy the product with this bug; give what its PYTHONPATH must name."""
        source = folder / "src"
        shutil.copytree(REPOSITORY / "src", source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        path = source / "ioc_pipeline" / self.file
        text = path.read_text("utf-8")
        assert text.count(self.said) == 1, f"{self.file} no longer says this once: {self.said}"
        path.write_text(text.replace(self.said, self.now), "utf-8")
        return str(source)


NO_MARKER = Bug(
    "load/decision.py",
    "    return {\n        (delivery_seq, contract_hash): (load_seq",
    "    rows = []\n    return {\n        (delivery_seq, contract_hash): (load_seq",
)
BY_CLOCK = Bug("load/transaction.py", "verdict.delivery.delivery_seq)", "verdict.delivery.received_at)")
EMPTIED_TOO_EARLY = Bug(
    "land/intake.py",
    "            deliveries = _record(landed, store",
    "            for one in landed:\n"
    "                one.folder.unlink(one.candidate.name)\n"
    "            deliveries = _record(landed, store",
)
VERDICT_IN_PLACE = Bug(
    "flows/prepared.py", "    write_durably(folder / _VERDICT, ", "    Path.write_bytes(folder / _VERDICT, "
)
ANYBODYS_FILES = Bug("flows/loads.py", "and verdict.contract_hash == row.contract_hash", "and row")
BYTES_NOT_SYNCED = Bug("land/copying.py", "        os.fsync(copy)\n", "")
NAMES_NOT_SYNCED = Bug(
    "land/intake.py", "        sync_folder(folder)\n    sync_folder(store.folder)\n", "        folder.exists()\n"
)
SMALL_FILE_NOT_SYNCED = Bug(
    "durable.py", "            stream.flush()\n            os.fsync(stream.fileno())\n", "            stream.flush()\n"
)
POINTER_IN_PLACE = Bug(
    "publish/versions.py",
    "    write_json(folder / POINTER, asdict(pointer))",
    "    (folder / POINTER).write_text(json.dumps(asdict(pointer)))",
)
CONTRACTS_NOT_SYNCED = Bug(
    "publish/data_contract.py",
    "        write_durably(folder / file_name(mart), text.encode())",
    "        Path.write_bytes(folder / file_name(mart), text.encode())",
)
READ_UNDER_NOT_SYNCED = Bug(
    "land/contract_versions.py",
    "        write_durably(path, content)",
    "        path.parent.mkdir(parents=True, exist_ok=True)\n        path.write_bytes(content)",
)
ANSWER_NOT_SYNCED = Bug(
    "folders.py", "                os.fsync(stream.fileno())\n            self.rename(", "            self.rename("
)
COUNTED_PAGE_BY_PAGE = Bug(
    "flows/extracts.py",
    "                pages.append(landed.delivery_seq)\n",
    "                pages.append(landed.delivery_seq)\n"
    "                so_far = Extract(\n"
    "                    source.name, api_run.extract_id, started_at, started_at, tuple(pages),\n"
    "                    watermark=run.watermark, since=run.asked_since,\n"
    "                )\n"
    "                if number == 1:\n"
    "                    land_extract(store, so_far, department_code=source.department)\n",
)
POINTER_BEFORE_SYNC = Bug("publish/database.py", "    sync_file(file)\n    make_read_only", "    make_read_only")
BUILT_TOO_EARLY = Bug(
    "build/marts.py",
    "        change = changes.begin(warehouse, wanted)\n",
    "        change = changes.begin(warehouse, wanted)\n        changes.end(warehouse, wanted)\n",
)
