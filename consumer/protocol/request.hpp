// SPDX-License-Identifier: Apache-2.0
// Writes the request for one invoice: a line with its id, or with a JSON object that says more. An isolated
// processor of ours (--isolate) also gets the position, by which it checks that the file is the acquired one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/options/outside_options.hpp"
#include "common/spec/source_spec.hpp"
#include "consumer/work/acquired.hpp"

namespace pipeline {

class RequestWriter {
  public:
    RequestWriter(RequestForm form, const SourceSpec& source);
    // Returns a writer of requests "POSITION ID", for an isolated processor of ours.
    [[nodiscard]] static RequestWriter with_positions();
    // Appends the request with its newline. In JSON, U+FFFD replaces bytes of an id that are not UTF-8.
    void append(std::string& to, const Acquired& invoice, std::uint32_t attempt) const;
    // Reads a request with a position; none if `request` is not one.
    [[nodiscard]] static std::optional<Acquired> read_with_position(std::string_view request) noexcept;

    // The greatest number of bytes that "POSITION " adds to a request.
    static constexpr std::size_t kPositionBytes = 21;

  private:
    RequestForm form_;
    bool has_positions_ = false;
    std::string source_;
    std::filesystem::path directory_;
};

}  // namespace pipeline
