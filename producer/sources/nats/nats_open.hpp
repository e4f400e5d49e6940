// SPDX-License-Identifier: Apache-2.0
// The source in NATS, if this build has it; else both functions throw Failure Configuration, whose message
// says which package a build needs.
#pragma once

#include <memory>
#include <string>

#include "common/spec/source_spec.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// Opens the source; throws as NatsSource does.
[[nodiscard]] std::unique_ptr<Source> open_nats_source(const SourceSpec& spec, const Resume& resume,
                                                       bool once, const SourceContext& context);

// Asks the servers, one after the other, whether the consumer can be used, and changes nothing there. Returns
// a line for people. Throws Failure: NoInput if no server answers or the consumer is missing; Configuration
// if it cannot be used. Takes some seconds for each server at most, and what the name service takes.
[[nodiscard]] std::string probe_nats(const SourceSpec& spec);

}  // namespace pipeline
