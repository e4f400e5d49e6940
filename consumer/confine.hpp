// SPDX-License-Identifier: Apache-2.0
// The files that a program outside must not reach: segments and ledger (common/os/confinement.hpp).
#pragma once

#include <memory>

#include "common/base/fd.hpp"
#include "common/options/consumer_options.hpp"

namespace pipeline {

// The rule set for this consumer's programs; null: they are not confined. A program of the user's is confined
// with --confine, a processor of ours (--isolate) always, and it may not write anywhere. Throws Failure
// Configuration if --confine is given and the kernel cannot; without --confine it only says so.
[[nodiscard]] std::shared_ptr<const UniqueFd> confine(const ConsumerOptions& options);

}  // namespace pipeline
