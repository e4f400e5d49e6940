// SPDX-License-Identifier: Apache-2.0
// The interface of a processor that works in the consumer's process, one invoice at a time. The consumer
// calls it from one thread. If the consumer is killed, its successor may process the same invoice again, so
// the processing must be idempotent.
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

    // Processes the invoice and sets the status and details of `result`, not its `attempts`. A fault of the
    // invoice is a result, never an exception.
    virtual void process(const Acquired& invoice, Result& result) = 0;
};

}  // namespace pipeline
