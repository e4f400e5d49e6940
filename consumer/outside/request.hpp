// SPDX-License-Identifier: Apache-2.0
// What a program is sent for one invoice: a line with its id, or with a JSON object that says more. A
// processor of ours is told the position too, by which it knows the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/options/outside_options.hpp"
#include "common/spec/specs.hpp"
#include "consumer/work/acquired.hpp"

namespace pipeline {

class RequestWriter {
  public:
    RequestWriter(RequestForm form, const SourceSpec& source);
    // For a processor of ours that runs outside: "POSITION ID".
    [[nodiscard]] static RequestWriter with_positions();
    // Appends the request with its newline. In JSON, bytes of an id that are not UTF-8 are U+FFFD.
    void append(std::string& to, const Acquired& invoice, std::uint32_t attempt) const;
    // What a request with a position asks for; none if it is no such request.
    [[nodiscard]] static std::optional<Acquired> read_with_position(std::string_view request) noexcept;

    // A request with a position is so much longer than the id.
    static constexpr std::size_t kPositionBytes = 21;

  private:
    RequestForm form_;
    bool has_positions_ = false;
    std::string source_;
    std::filesystem::path directory_;
};

}  // namespace pipeline
