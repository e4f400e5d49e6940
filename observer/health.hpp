// SPDX-License-Identifier: Apache-2.0
// Whether a pipeline does what it is there for, as a monitor asks it: yes, or no and why.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "observer/observation.hpp"

namespace pipeline {

struct Health {
    // So long nothing may move while there is something to do and nobody works on an invoice.
    static constexpr std::chrono::seconds kPatience{10};

    bool is_good = true;
    std::string reason;  // why not

    // `earlier`: what was dead then and is still has not been replaced, if that is a second ago or longer.
    // `moved_ns`: when something moved last.
    [[nodiscard]] static Health of(const Observation& earlier, const Observation& now,
                                   std::uint64_t moved_ns);
};

}  // namespace pipeline
