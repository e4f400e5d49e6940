// SPDX-License-Identifier: Apache-2.0
// Makes the processor that the command line names.
#pragma once

#include <memory>

#include "common/spec/specs.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// The processor that `spec` names. The ubl processor finds an id's file in `spool`, or takes the id as a path
// if there is no spool; `patience` bounds its retries of files that cannot be read at present.
[[nodiscard]] std::unique_ptr<Processor> make_processor(const ProcessSpec& spec,
                                                        std::shared_ptr<const SpoolFolder> spool,
                                                        Patience patience = Patience{});

}  // namespace pipeline
