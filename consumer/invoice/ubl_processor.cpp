// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/ubl_processor.hpp"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <utility>

#include "common/text/clean_text.hpp"
#include "consumer/invoice/en16931.hpp"

namespace pipeline {
namespace {

// Describes the root element for people: "NAME" in namespace "URI", or the name as written if it has no
// namespace.
std::string describe_root(pugi::xml_node root) {
    std::string_view name = root.name();
    std::string declaration = "xmlns";
    if (const auto colon = name.find(':'); colon != std::string_view::npos) {
        declaration += ':';
        declaration += name.substr(0, colon);
        name.remove_prefix(colon + 1);
    }
    const std::string_view uri = root.attribute(declaration.c_str()).value();
    if (uri.empty()) return quoted(root.name());
    return fmt::format("{} in namespace {}", quoted(name), quoted(uri, 100));
}

void set_amount(Details& details, Details::Amount which, const Amount& amount) noexcept {
    if (const auto hundredths = amount.value.hundredths()) details.set_amount(which, *hundredths);
}

}  // namespace

UblProcessor::UblProcessor(std::shared_ptr<const SpoolFolder> spool, std::size_t max_bytes, Patience patience)
    : is_spool_(spool != nullptr), file_(max_bytes, std::move(spool), patience) {}

void UblProcessor::process(const Acquired& invoice, Result& result) {
    try {
        process_file(invoice, result);
    } catch (const std::bad_alloc&) {
        result.set(Status::Failed, "out of memory");
    }
    xml_.reset();
    file_.close();
}

void UblProcessor::process_file(const Acquired& invoice, Result& result) {
    const std::string_view id = invoice.id;
    const bool is_name = !id.empty() && id != "." && id != ".." && id.find('/') == std::string_view::npos;
    if (id.find('\0') != std::string_view::npos || (is_spool_ && !is_name)) {
        return result.set(Status::Failed, "the id is not the name of a file");
    }
    if (const std::string error = file_.open(invoice); !error.empty()) {
        return result.set(Status::Failed, error);
    }
    if (const std::string reason = parse(); !reason.empty()) {
        // If the file has changed meanwhile, the invoice fails: a half-written file does not prove the
        // invoice wrong.
        if (file_.has_changed()) return result.set(Status::Failed, FileBuffer::kChanged);
        return result.set(Status::Rejected, reason);
    }
    judge(result);
}

std::string UblProcessor::parse() {
    BadCharacters bad;
    const bool wide = has_wide_characters(file_.text());
    if (!wide) bad = find_bad_characters(file_.text());
    converted_ = false;
    if (bad.nul) return malformed(static_cast<std::ptrdiff_t>(*bad.nul), "a NUL byte");

    // Pass the NUL after the text as well: pugixml overwrites the last character that it gets, and would miss
    // stray text there.
    const pugi::xml_parse_result parsed = xml_.load_buffer_inplace(
        file_.data(), wide ? file_.size() : file_.size() + 1, UblReader::kParseOptions);
    if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
    converted_ = parsed.encoding != pugi::encoding_utf8;
    if (bad.not_utf8 && !converted_)
        return malformed(static_cast<std::ptrdiff_t>(*bad.not_utf8), "not UTF-8");
    if (!parsed) return malformed(parsed.offset, parsed.description());

    pugi::xml_node root;
    for (const pugi::xml_node node : xml_.children()) {
        if (node.type() != pugi::node_element)
            return malformed(node.offset_debug(), "text outside the root element");
        if (root) return malformed(node.offset_debug(), "a second root element");
        root = node;
    }
    if (!root) return malformed(0, "there is no root element");
    if (!reader_.read(root, document_)) {
        return fmt::format("not a UBL 2.1 Invoice or CreditNote: the root element is {}",
                           describe_root(root));
    }
    return {};
}

// Books the invoice if its document violates no rule and has no problem; otherwise rejects it. In both cases
// sets its details, but leaves out amounts that are not numbers.
void UblProcessor::judge(Result& result) const {
    result.has_details = true;
    Details& details = result.details;
    details.clear();
    details.set_supplier(document_.supplier);
    details.set_currency(document_.currency);
    if (!document_.totals.empty()) {
        const MonetaryTotal& total = document_.totals.front();
        set_amount(details, Details::Net, total.tax_exclusive);
        set_amount(details, Details::Gross, total.tax_inclusive);
        set_amount(details, Details::Due, total.payable);
    }
    if (const Amount* tax = document_.tax_in_currency()) set_amount(details, Details::Tax, *tax);

    std::string reason = check_en16931(document_).text();
    if (document_.problem.kind != Problem::Kind::None) {
        const std::string problem = document_.problem.describe();
        reason = reason.empty() ? problem : fmt::format("{} ({})", reason, problem);
    }
    result.status = reason.empty() ? Status::Booked : Status::Rejected;
    details.set_reason(reason);
}

// Reads the file again to count its lines, since parsing has changed the buffer.
std::string UblProcessor::malformed(std::ptrdiff_t offset, std::string_view what) {
    std::string text(what);
    if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z')
        text.front() = static_cast<char>(text.front() | 0x20);
    if (offset < 0 || converted_ || !file_.read_again()) {
        return fmt::format("not well-formed XML: {}", text);
    }
    // For stray text, pugixml gives the offset of the blanks before the text. The fault begins after them.
    const auto visible = file_.text().find_first_not_of(" \t\r\n", static_cast<std::size_t>(offset));
    const TextPosition position = position_of(file_.text(), visible);
    return fmt::format("not well-formed XML at line {}, column {}: {}", position.line, position.column, text);
}

}  // namespace pipeline
