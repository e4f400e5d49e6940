// SPDX-License-Identifier: Apache-2.0
#include "consumer/request.hpp"

#include <nlohmann/json.hpp>

#include "common/utf8.hpp"
#include "consumer/invoice_path.hpp"

namespace pipeline {
namespace {

std::string utf8(std::string_view text) {
    std::string buffer;
    return std::string(readable_utf8(text, buffer));
}

}  // namespace

RequestWriter::RequestWriter(RequestForm form, const SourceSpec& source)
    : form_(form), source_(source.name()), directory_(invoice_directory(source)) {}

void RequestWriter::append(std::string& to, std::string_view id, std::uint32_t attempt) const {
    if (form_ == RequestForm::Id) {
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
