// SPDX-License-Identifier: Apache-2.0
#include "common/error.hpp"
#include "consumer/invoice_path.hpp"
#include "consumer/none_processor.hpp"
#include "consumer/processor.hpp"
#include "consumer/simulate_processor.hpp"
#include "consumer/ubl_processor.hpp"

namespace pipeline {

std::unique_ptr<Processor> make_processor(const ProcessSpec& spec, const SourceSpec& source) {
    switch (spec.kind) {
        case ProcessSpec::Kind::Ubl:
            return std::make_unique<UblProcessor>(invoice_directory(source));
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
