// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/child_arguments.hpp"

#include <unistd.h>

#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"

namespace pipeline {

std::vector<std::string> producer_arguments(const Options& options) {
    const PipelineOptions& pipeline = options;
    const SourceOptions& source = options;
    return to_arguments(ProducerOptions{pipeline, source, ::getpid()});
}

std::vector<std::string> consumer_arguments(const Options& options, std::uint16_t place) {
    const PipelineOptions& pipeline = options;
    const WorkOptions& work = options;
    return to_arguments(ConsumerOptions{pipeline, work, place, false, ::getpid()});
}

}  // namespace pipeline
