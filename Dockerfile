# SPDX-License-Identifier: Apache-2.0
# The pipeline in a container:
#
#     docker build -t invoice-pipeline .                  # compose.yaml has a pipeline and its observer
#     docker run -d --name invoices --shm-size 128m --stop-timeout 75 -v invoices:/var/lib/invoice-pipeline invoice-pipeline
#     docker stop invoices            # drains
#
# --shm-size: what lies in /dev/shm is allocated at the start, 61 MB with the default sizes; the engine gives 64 MB.
# --stop-timeout: the default --drain-timeout of 60 s, and what ends after it; the engine kills after 10 s otherwise. What is
# killed is adopted by the next start of the same container only if its /dev/shm is still there (--ipc); without it, the spool
# and the ledger say where to go on. --init is not needed: the supervisor reaps what programs of --process leave behind.
FROM debian:12-slim AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        g++ meson ninja-build pkgconf libboost-dev libboost-program-options-dev libfmt-dev libexpat1-dev libsqlite3-dev libpq-dev libssl-dev \
        nlohmann-json3-dev libcpp-httplib-dev libncurses-dev prometheus-cpp-dev libnats-dev
COPY . /source
# Nobody listens to systemd's protocol here, and nobody reads manuals.
RUN meson setup /build /source --buildtype=release --prefix=/usr -Dtests=false -Dsystemd=disabled -Dman=disabled && \
    DESTDIR=/installed meson install -C /build --strip

FROM debian:12-slim
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libboost-program-options1.74.0 libfmt9 libexpat1 libsqlite3-0 libpq5 libssl3 libcpp-httplib0.11 libncursesw6 \
        libprometheus-cpp-core1.0 libnats3.4 sqlite3 && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --system --home-dir /var/lib/invoice-pipeline --shell /usr/sbin/nologin invoice-pipeline && \
    install -d -o invoice-pipeline -g invoice-pipeline -m 2750 /var/lib/invoice-pipeline && \
    install -d -o invoice-pipeline -g invoice-pipeline -m 3770 /var/lib/invoice-pipeline/spool && \
    install -d -o invoice-pipeline -g invoice-pipeline /run/invoice-pipeline
COPY --from=build /installed/usr/bin/ /usr/bin/
COPY --from=build /installed/usr/libexec/ /usr/libexec/
ENV STATE_DIRECTORY=/var/lib/invoice-pipeline RUNTIME_DIRECTORY=/run/invoice-pipeline
VOLUME /var/lib/invoice-pipeline
USER invoice-pipeline
STOPSIGNAL SIGTERM
# A ledger that cannot be written, a source that is gone, a pipeline that hangs: docs/observer.md, "Health".
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD observer --once --json | grep -q '"is_good":true'
ENTRYPOINT ["/usr/bin/supervisor"]
CMD ["--consumers", "4"]
