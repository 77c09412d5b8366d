"""A publication as an event of OpenLineage, for a catalogue of the province's: which marts, of which deliveries.

Names, types and numbers of deliveries leave the house; no cell, no file name, nobody's account.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import groupby
from typing import Any

import attr
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    DatasetFacet,
    dataset_version_dataset,
    documentation_dataset,
    schema_dataset,
)
from openlineage.client.transport.http import HttpConfig, HttpTransport

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.publish.marts import Mart
from ioc_pipeline.publish.versions import Pointer

JOB = "publish_marts"
ASK_SECONDS, TRIES = 5, 1
_LOG = logging.getLogger(__name__)


@attr.define
class DeliveriesDatasetFacet(DatasetFacet):
    """Ours: the deliveries of a source that this version is the first to hold."""

    deliveries: list[dict[str, Any]] = attr.field(factory=list)


def event_of(pointer: Pointer, marts: Sequence[Mart], deliveries: Iterable[Delivery]) -> RunEvent:
    """The event that a version was published.

    Inputs are the sources of what is new in it, outputs its marts with columns and version. One version has one run,
    however often it is told.

    Args:
        deliveries: those that the version is the first to hold, each with its source.
    """
    namespace, producer = f"ioc://{pointer.installation_id}", f"urn:ioc-pipeline:{version('ioc-pipeline')}"

    def source_of(delivery: Delivery) -> str:
        return delivery.source_name

    inputs = [
        InputDataset(
            namespace,
            f"raw.{source}",
            facets={
                "ioc_deliveries": DeliveriesDatasetFacet([_told(one) for one in of_source], producer=producer),
            },
        )
        for source, of_source in groupby(sorted(deliveries, key=source_of), key=source_of)
    ]
    return RunEvent(
        eventTime=pointer.published_at,
        eventType=RunState.COMPLETE,
        run=Run(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace}/{pointer.version}"))),
        job=Job(namespace, JOB),
        inputs=inputs,
        outputs=[_output(namespace, producer, pointer, mart) for mart in marts],
        producer=producer,
    )


def tell(url: str, event: RunEvent) -> None:
    """Send the event to a receiver's `/api/v1/lineage`; one that does not take it is logged and misses it."""
    config = {"url": url, "timeout": ASK_SECONDS, "retry": {"total": TRIES}}
    try:
        HttpTransport(HttpConfig.from_dict(config)).emit(event)
    except (OSError, ValueError) as error:  # what requests raises, and the client of an address that is none
        _LOG.warning("OpenLineage was not told of this version: %s", type(error).__name__)


def _output(namespace: str, producer: str, pointer: Pointer, mart: Mart) -> OutputDataset:
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=column.name, type=column.data_type, description=column.description)
        for column in mart.columns
    ]
    facets = {
        "schema": schema_dataset.SchemaDatasetFacet(fields, producer=producer),
        "version": dataset_version_dataset.DatasetVersionDatasetFacet(pointer.version, producer=producer),
        "documentation": documentation_dataset.DocumentationDatasetFacet(mart.description, producer=producer),
    }
    return OutputDataset(namespace, f"marts.{mart.name}", facets=facets)


def _told(delivery: Delivery) -> dict[str, Any]:
    return {
        "deliverySeq": delivery.delivery_seq,
        "departmentCode": delivery.department_code,
        "sha256": delivery.sha256,
        "receivedAt": delivery.received_at.isoformat(),
    }
