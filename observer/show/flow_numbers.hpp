// SPDX-License-Identifier: Apache-2.0
// The numbers of the pipeline's flow: how many invoices and bytes are where.
#pragma once

#include <span>

#include "observer/show/numbers.hpp"

namespace pipeline {

[[nodiscard]] std::span<const Number> flow_numbers() noexcept;

}  // namespace pipeline
