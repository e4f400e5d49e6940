// SPDX-License-Identifier: Apache-2.0
#include "consumer/make_processor.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "consumer/invoice/ubl_processor.hpp"
#include "consumer/work/none_processor.hpp"
#include "consumer/work/simulate_processor.hpp"

namespace pipeline {

std::unique_ptr<Processor> make_processor(const ProcessSpec& spec, std::shared_ptr<const SpoolFolder> spool,
                                          Patience patience) {
    switch (spec.kind) {
        case ProcessSpec::Kind::Ubl:
            return std::make_unique<UblProcessor>(std::move(spool), UblProcessor::kDefaultMaxBytes, patience);
        case ProcessSpec::Kind::None:
            return std::make_unique<NoneProcessor>();
        case ProcessSpec::Kind::Simulate:
            return std::make_unique<SimulateProcessor>(spec.duration, spec.burn);
        case ProcessSpec::Kind::Exec:
        case ProcessSpec::Kind::Each:
            break;  // outside: make_batch_processor()
    }
    throw Failure(ExitStatus::Internal, "no such processor");
}

}  // namespace pipeline
