// SPDX-License-Identifier: Apache-2.0
// What is done with an invoice. One file per processor implements it; a consumer drives it from one
// thread. Processing may be repeated after a kill, so it must not matter how often it is done.
#pragma once

#include <memory>
#include <string_view>

#include "common/result.hpp"
#include "common/specs.hpp"

namespace pipeline {

class Processor {
  public:
    Processor() = default;
    Processor(const Processor&) = delete;
    Processor& operator=(const Processor&) = delete;
    virtual ~Processor() = default;

    // Processes the invoice `id` and says in `result` what came of it: status and details (`attempts` is
    // not its business). What is wrong with the invoice is a result, never an exception.
    virtual void process(std::string_view id, Result& result) = 0;
};

// The processor that `spec` names, for invoices of `source`: the ubl processor finds the file of an id in
// the spool's directory, or takes the id of any other source as a path.
[[nodiscard]] std::unique_ptr<Processor> make_processor(const ProcessSpec& spec, const SourceSpec& source);

}  // namespace pipeline
