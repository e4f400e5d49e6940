// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/syntax/invoice_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

// The elements that lead from an AttachedDocument to the text that is the invoice.
struct AttachedStep {
    Space space;
    std::string_view local;
};
constexpr std::array<AttachedStep, 3> kAttachedPath{{{Space::Aggregate, "Attachment"},
                                                     {Space::Aggregate, "ExternalReference"},
                                                     {Space::Basic, "Description"}}};

std::string describe(std::string_view uri, std::string_view local) {
    if (uri.empty()) return quoted(local);
    return fmt::format("{} in namespace {}", quoted(local), quoted(uri, 100));
}

}  // namespace

void InvoiceReader::begin(const char* encoding) {
    inner_.reset();  // its parser may hold much of the memory that all parsers share
    std::string().swap(inner_text_);
    std::string().swap(text_);  // clear() would keep its memory
    parser_.begin(*this, encoding);
    parser_.want_text(false);
    reader_ = nullptr;
    wrapping_ = Wrapping::None;
    has_root_ = false;
    has_invoice_ = false;
    wrap_depth_ = 0;
    path_depth_ = 0;
    skipped_ = 0;
    open_.clear();
    in_value_ = false;
    inner_used_ = false;
    inner_open_ = false;
    model_.clear(Syntax::Ubl, "");
}

bool InvoiceReader::parse(std::size_t bytes, bool is_last) {
    if (!parser_.parse(bytes, is_last)) return false;
    if (is_last) finish();
    return fault().empty();
}

void InvoiceReader::finish() {
    if (has_invoice_) return;
    parser_.refuse(
        wrapping_ == Wrapping::Attached
            ? "the AttachedDocument has no invoice as the text of Attachment/ExternalReference/Description"
            : "the envelope has no invoice in it");
}

void InvoiceReader::start_element(std::string_view uri, std::string_view local, XmlAttributes attributes) {
    if (skipped_ > 0 || in_value_) {
        ++skipped_;
        return;
    }
    const Space space = space_of(uri);
    if (reader_ != nullptr) return start_in_invoice({space, local, attributes});
    if (!has_root_) return start_root(space, uri, local);
    wrapping_ == Wrapping::Envelope ? start_in_envelope(space, local) : start_in_attached(space, local);
}

void InvoiceReader::start_root(Space space, std::string_view uri, std::string_view local) {
    has_root_ = true;
    if (start_invoice(space, local)) return;
    if (space == Space::BusinessDocument && local == "StandardBusinessDocument") {
        wrapping_ = Wrapping::Envelope;
    } else if (space == Space::AttachedDocument && local == "AttachedDocument" && may_be_attached_) {
        wrapping_ = Wrapping::Attached;
    } else {
        return parser_.refuse(fmt::format(
            "no invoice of EN 16931 (UBL 2.1 Invoice or CreditNote, CII CrossIndustryInvoice D16B): "
            "the root element is {}",
            describe(uri, local)));
    }
    wrap_depth_ = 1;
}

bool InvoiceReader::start_invoice(Space space, std::string_view local) {
    if (space == Space::Invoice && local == "Invoice") {
        model_.clear(Syntax::Ubl, "Invoice");
    } else if (space == Space::CreditNote && local == "CreditNote") {
        model_.clear(Syntax::Ubl, "CreditNote");
    } else if (space == Space::CrossIndustryInvoice && local == "CrossIndustryInvoice") {
        model_.clear(Syntax::Cii, "CrossIndustryInvoice");
    } else {
        return false;
    }
    reader_ = model_.syntax == Syntax::Ubl ? static_cast<SyntaxReader*>(&ubl_) : &cii_;
    reader_->begin(model_);
    open_.assign(1, {SyntaxReader::kDocument});
    has_invoice_ = true;
    return true;
}

void InvoiceReader::start_in_envelope(Space space, std::string_view local) {
    if (has_invoice_) {
        if (space != Space::BusinessDocument) parser_.refuse("the envelope has more than one document in it");
    } else if (start_invoice(space, local)) {
        return;
    }
    ++skipped_;
}

void InvoiceReader::start_in_attached(Space space, std::string_view local) {
    const AttachedStep& step = kAttachedPath[path_depth_];
    const bool leads_on = path_depth_ + 1 == wrap_depth_ && space == step.space && local == step.local;
    if (!leads_on) {
        ++skipped_;
        return;
    }
    ++wrap_depth_;
    ++path_depth_;
    if (path_depth_ < kAttachedPath.size()) return;
    if (has_invoice_) return parser_.refuse("the AttachedDocument has more than one document in it");
    inner_ = std::make_unique<InvoiceReader>();
    inner_->may_be_attached_ = false;
    inner_->begin("UTF-8");  // the outer parser has decoded it
    if (!inner_->fault().empty()) return refuse_attached();
    inner_open_ = true;
    inner_begun_ = false;
    in_value_ = true;
    parser_.want_text(true);
}

void InvoiceReader::start_in_invoice(const XmlElement& element) {
    const SyntaxReader::State state = reader_->enter(open_.back().state, element);
    if (state == SyntaxReader::kOpaque) {
        ++skipped_;
        return;
    }
    open_.push_back({state});
    if (!reader_->is_value(state)) return;
    in_value_ = true;
    local_ = element.local;
    text_.clear();
    parser_.want_text(true);
}

void InvoiceReader::end_element() {
    if (skipped_ > 0) {
        --skipped_;
        return;
    }
    if (inner_open_) return end_attached();
    if (reader_ == nullptr) {
        if (wrap_depth_ > 0) --wrap_depth_;
        if (path_depth_ > 0) --path_depth_;
        return;
    }
    const SyntaxReader::State state = open_.back().state;
    open_.pop_back();
    if (in_value_) {
        in_value_ = false;
        parser_.want_text(false);
        reader_->take(state, local_, text_);
    } else if (open_.empty()) {
        reader_->end();
        reader_ = nullptr;
    } else {
        reader_->leave(state);
    }
}

void InvoiceReader::text(std::string_view piece) {
    if (inner_open_) {
        if (!inner_begun_) piece.remove_prefix(std::min(piece.find_first_not_of(" \t\r\n"), piece.size()));
        inner_begun_ = inner_begun_ || !piece.empty();
        inner_text_ += piece;
        if (inner_text_.size() >= XmlParser::kChunkBytes) parse_attached();
        return;
    }
    if (text_.size() + piece.size() > kMaxTextBytes)
        return parser_.refuse(fmt::format("the text of {} is longer than {} bytes", local_, kMaxTextBytes));
    text_ += piece;
}

void InvoiceReader::refuse_attached() {
    parser_.refuse("in the AttachedDocument: " + inner_->fault());
}

// Parses the text that has come. The outer parser may give it character by character, and the inner one
// begins an unfinished tag again at each piece: so they are gathered.
void InvoiceReader::parse_attached() {
    if (!inner_->parser_.parse(inner_text_)) refuse_attached();
    inner_text_.clear();
}

// The attached invoice ends: its text was well-formed so far, and must be a whole document.
void InvoiceReader::end_attached() {
    in_value_ = false;
    inner_open_ = false;
    parser_.want_text(false);
    --wrap_depth_;
    --path_depth_;
    parse_attached();
    if (!inner_->fault().empty()) return;
    (void)inner_->room();
    if (!inner_->parse(0, true)) return refuse_attached();
    has_invoice_ = true;
    inner_used_ = true;
}

}  // namespace pipeline
