# The pipeline with Airflow, for docker-compose.yml. Nothing in it is secret; all state is in mounted volumes.
# By digest: --build-arg PYTHON_IMAGE=python@sha256:...
ARG PYTHON_IMAGE=python:3.13-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
WORKDIR /opt/ioc
COPY requirements.txt ./
RUN python -m venv /opt/venv \
    && sed -n '/^setuptools==/,/[^\\]$/p' requirements.txt > /tmp/build-tools.txt \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /tmp/build-tools.txt \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --no-build-isolation --use-pep517 \
        -r requirements.txt
COPY pyproject.toml LICENSE README.md ./
COPY src ./src
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/python -m compileall -q src

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --no-create-home --home-dir /tmp ioc \
    && install --directory --owner ioc --group ioc --mode 0700 /var/lib/ioc /var/lib/ioc/inbox
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/ioc /opt/ioc
WORKDIR /opt/ioc
COPY dags ./dags
COPY plugins ./plugins
COPY include ./include
COPY expectations ./expectations
COPY dbt_project ./dbt_project
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    IOC_PROJECT=/opt/ioc \
    IOC_HOME=/var/lib/ioc
USER ioc
VOLUME /var/lib/ioc
