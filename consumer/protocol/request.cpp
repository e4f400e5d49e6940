// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/base/utf8.hpp"
#include "consumer/protocol/answer.hpp"
#include "consumer/work/invoice_path.hpp"

namespace pipeline {
namespace {

constexpr const char* kTwoRequests =
    "the id has a newline, which would make two requests of it: give the program --request json, or use "
    "each:";
constexpr const char* kTwoRequestsOfOurs =
    "the id has a newline, which would make two requests of it: leave --isolate out";

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 3))) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= bytes.size() ? kDigits[bits >> (18U - 6U * i) & 63U] : '=';
    }
    return text;
}

void add(nlohmann::json& request, const std::string& name, std::string_view value) {
    request[name] = readable_id(value);
    if (!is_readable_utf8(value)) request[name + "_base64"] = base64(value);
}

// A NUL byte is UTF-8, and JSON has a form for it; but many programs end their strings there.
void add_body(nlohmann::json& request, std::string_view body) {
    if (body.data() == nullptr) return;
    if (is_readable_utf8(body)) {
        request["body"] = body;
    } else {
        request["body_base64"] = base64(body);
    }
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

void RequestWriter::refuse_unsendable(Batch& batch) const {
    if (form_ == RequestForm::Json) return;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch.is_finished(i) || batch.invoice(i).id.find('\n') == std::string_view::npos) continue;
        batch.refuse(i, has_positions_ ? kTwoRequestsOfOurs : kTwoRequests);
    }
}

void RequestWriter::append(std::string& to, const Acquired& invoice, std::uint32_t attempt) const {
    const std::string_view id = invoice.id;
    if (has_positions_) {
        fmt::format_to(std::back_inserter(to), "{} {}", invoice.position, id);
    } else if (form_ == RequestForm::Id) {
        to += id;
    } else if (form_ == RequestForm::Raw) {
        fmt::format_to(std::back_inserter(to), "{}\t{}\n{}", invoice.body.size(), id, invoice.body);
        return;
    } else {
        nlohmann::json request{{"attempt", attempt}};
        add(request, "id", id);
        add(request, "source", source_);
        add(request, "path", invoice_path(directory_, id));
        add_body(request, invoice.body);
        to += request.dump();
    }
    to += '\n';
}

}  // namespace pipeline
