// SPDX-License-Identifier: Apache-2.0
// The longest time that an invoice may be in work: the supervisor passes it to consumers on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pipeline {

// Reads the command line of the process `pid` (/proc). Returns the limit in seconds; none if it has none, or
// if the command line cannot be read or is not that of a consumer.
[[nodiscard]] std::optional<double> item_timeout_of(std::uint32_t pid);

// The same of a command line, whose words end with NUL.
[[nodiscard]] std::optional<double> item_timeout_in(std::string_view command_line);

}  // namespace pipeline
