// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/child_arguments.hpp"

#include <unistd.h>

#include <algorithm>

#include "common/memory/cache_memory.hpp"
#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"

namespace pipeline {
namespace {

std::uint32_t cache_for_children() noexcept {
    return static_cast<std::uint32_t>(std::max(make_cache_memory(), 0));
}

}  // namespace

std::vector<std::string> producer_arguments(const Options& options) {
    const PipelineOptions& pipeline = options;
    const SourceOptions& source = options;
    return to_arguments(ProducerOptions{pipeline, source, ::getpid(), cache_for_children()});
}

std::vector<std::string> consumer_arguments(const Options& options, std::uint16_t place) {
    const PipelineOptions& pipeline = options;
    const WorkOptions& work = options;
    return to_arguments(ConsumerOptions{pipeline, work, place, false, ::getpid(), cache_for_children()});
}

}  // namespace pipeline
