// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/request.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/base/utf8.hpp"
#include "consumer/work/invoice_path.hpp"

namespace pipeline {
namespace {

std::string utf8(std::string_view text) {
    std::string buffer;
    return std::string(readable_utf8(text, buffer));
}

}  // namespace

RequestWriter::RequestWriter(RequestForm form, const SourceSpec& source)
    : form_(form), source_(source.name()), directory_(invoice_directory(source)) {}

RequestWriter RequestWriter::with_positions() {
    RequestWriter writer(RequestForm::Id, SourceSpec{});
    writer.has_positions_ = true;
    return writer;
}

std::optional<Acquired> RequestWriter::read_with_position(std::string_view request) noexcept {
    std::uint64_t position = 0;
    const char* const end = request.data() + request.size();
    const auto [behind, error] = std::from_chars(request.data(), end, position);
    if (error != std::errc{} || behind == end || *behind != ' ') return std::nullopt;
    return Acquired({behind + 1, static_cast<std::size_t>(end - behind - 1)}, position);
}

void RequestWriter::append(std::string& to, const Acquired& invoice, std::uint32_t attempt) const {
    const std::string_view id = invoice.id;
    if (has_positions_) {
        fmt::format_to(std::back_inserter(to), "{} {}", invoice.position, id);
    } else if (form_ == RequestForm::Id) {
        to += id;
    } else {
        to += nlohmann::json{{"id", utf8(id)},
                             {"source", utf8(source_)},
                             {"path", utf8(invoice_path(directory_, id))},
                             {"attempt", attempt}}
                  .dump();
    }
    to += '\n';
}

}  // namespace pipeline
