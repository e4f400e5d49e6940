// SPDX-License-Identifier: Apache-2.0
// What is done with an invoice. One file per processor implements it; a consumer drives it from one
// thread. Processing may be repeated after a kill, so it must not matter how often it is done.
#pragma once

#include "common/core/result.hpp"
#include "consumer/work/acquired.hpp"

namespace pipeline {

class Processor {
  public:
    Processor() = default;
    Processor(const Processor&) = delete;
    Processor& operator=(const Processor&) = delete;
    virtual ~Processor() = default;

    // Processes the invoice and says in `result` what came of it: status and details (`attempts` is
    // not its business). What is wrong with the invoice is a result, never an exception.
    virtual void process(const Acquired& invoice, Result& result) = 0;
};

}  // namespace pipeline
