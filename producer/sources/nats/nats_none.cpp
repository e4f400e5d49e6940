// SPDX-License-Identifier: Apache-2.0
// For a build without libnats.
#include "common/base/error.hpp"
#include "producer/sources/nats/nats_open.hpp"

namespace pipeline {
namespace {

[[noreturn]] void refuse() {
    throw Failure(ExitStatus::Configuration,
                  "--source nats:// is not in this build: build it again with libnats (Debian: libnats-dev), "
                  "which meson finds by itself");
}

}  // namespace

std::unique_ptr<Source> open_nats_source(const SourceSpec&, const Resume&, bool, const SourceContext&) {
    refuse();
}

std::string probe_nats(const SourceSpec&) {
    refuse();
}

}  // namespace pipeline
