// SPDX-License-Identifier: Apache-2.0
// Writes the request for one invoice: a line with its id, or with a JSON object that says more; or a line
// "LENGTH<TAB>ID", and then the LENGTH bytes of its body (0 if it has none), without a newline. An isolated
// processor of ours (--isolate) also gets the position, by which it checks that the file is the acquired one.
//
// A line gives the id's bytes as they are. JSON is UTF-8: a value that is not is shown as printable() does,
// and a second member, NAME_base64, has its bytes (RFC 4648, section 4). The body is `body`, or `body_base64`
// alone if it is not UTF-8; there is neither if the invoice has no body.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/options/outside_options.hpp"
#include "common/spec/source_spec.hpp"
#include "consumer/work/acquired.hpp"
#include "consumer/work/batch.hpp"

namespace pipeline {

class RequestWriter {
  public:
    RequestWriter(RequestForm form, const SourceSpec& source);
    // Returns a writer of requests "POSITION ID", for an isolated processor of ours.
    [[nodiscard]] static RequestWriter with_positions();
    // Finishes the items of the batch whose ids cannot be sent as `failed`, with what to do about it as the
    // reason: an id with a newline would make two requests in lines.
    void refuse_unsendable(Batch& batch) const;
    // Appends the request. The id must be one that can be sent.
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
