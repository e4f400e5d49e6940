// SPDX-License-Identifier: Apache-2.0
// What a program is sent for one invoice: a line with its id, or with a JSON object that says more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/outside_options.hpp"
#include "common/specs.hpp"

namespace pipeline {

class RequestWriter {
  public:
    RequestWriter(RequestForm form, const SourceSpec& source);
    // Appends the request with its newline. In JSON, bytes of an id that are not UTF-8 are U+FFFD.
    void append(std::string& to, std::string_view id, std::uint32_t attempt) const;

  private:
    RequestForm form_;
    std::string source_;
    std::filesystem::path directory_;
};

}  // namespace pipeline
