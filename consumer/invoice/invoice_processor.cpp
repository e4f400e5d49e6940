// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/invoice_processor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

#include "consumer/invoice/other_format.hpp"
#include "consumer/invoice/verdict.hpp"

namespace pipeline {

InvoiceProcessor::InvoiceProcessor(std::shared_ptr<const SpoolFolder> spool, std::uint64_t max_bytes,
                                   Patience patience)
    : is_spool_(spool != nullptr), file_(max_bytes, std::move(spool), patience) {}

void InvoiceProcessor::process(const Acquired& invoice, Result& result) {
    try {
        process_file(invoice, result);
    } catch (const std::bad_alloc&) {
        result.set(Status::Failed, "out of memory");
    }
}

void InvoiceProcessor::process_file(const Acquired& invoice, Result& result) {
    const std::string_view id = invoice.id;
    const bool is_name = !id.empty() && id != "." && id != ".." && id.find('/') == std::string_view::npos;
    if (id.find('\0') != std::string_view::npos || (is_spool_ && !is_name))
        return result.set(Status::Failed, "the id is not the name of a file");
    if (const std::string error = file_.read(invoice, *this); !error.empty())
        return result.set(Status::Failed, error);

    InvoiceTerms terms;
    if (const std::string fault = finish(); fault.empty()) {
        judge(reader_.model(), result, terms);
    } else {
        result.set(Status::Rejected, fault);
    }
    terms.set(Term::FileDigest, to_text(digest_.digest()));
    result.extra = std::make_unique<ExtraText>(ExtraText{Extra::Invoice, terms.packed()});
}

void InvoiceProcessor::begin() {
    reader_.begin();
    digest_ = Sha256();
    is_begun_ = false;
    other_format_ = {};
}

std::span<char> InvoiceProcessor::room() {
    room_ = {};
    if (other_format_.empty() && reader_.fault().empty()) room_ = reader_.room();
    if (room_.empty()) room_ = unread_;
    return room_;
}

void InvoiceProcessor::take(std::size_t bytes) {
    const std::string_view piece(room_.data(), bytes);
    digest_.add(piece);
    if (!is_begun_) other_format_ = other_format(piece.substr(0, kBeginningBytes));
    is_begun_ = true;
    if (other_format_.empty() && reader_.fault().empty()) reader_.parse(bytes, false);
}

std::string InvoiceProcessor::finish() {
    if (!is_begun_) return "the file is empty";
    if (!other_format_.empty()) return fmt::format("no invoice in XML, but {}", other_format_);
    if (reader_.fault().empty()) reader_.parse(0, true);
    return reader_.fault();
}

}  // namespace pipeline
