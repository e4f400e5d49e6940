// SPDX-License-Identifier: Apache-2.0
// The receipt for an acquired invoice: what has become of it, once its record is durable.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/result.hpp"

namespace pipeline {

struct Receipt {
    std::uint64_t position;  // Item::position
    std::string_view id;     // valid during the call that passes the receipt
    bool id_unusable;        // the id is a safe one, which replaces the source's own
    Outcome outcome;
};

}  // namespace pipeline
