// SPDX-License-Identifier: Apache-2.0
// Reads and writes answers in JSON. An amount is read from its digits, not from a double, so it is either
// exact or refused.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/base/utf8.hpp"
#include "common/core/terms/currency.hpp"
#include "common/core/terms/invoice_terms.hpp"
#include "common/text/clean_text.hpp"
#include "consumer/protocol/answer.hpp"
#include "consumer/protocol/json_member.hpp"
#include "consumer/work/decimal.hpp"

namespace pipeline {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kResult = "result";
constexpr std::string_view kAfter = "after";
// The packed terms of an invoice: what a process of ours (--isolate) says beside the members that every
// program may use.
constexpr std::string_view kInvoiceTerms = "invoice terms";

// Returns what an answer calls `status`: a program that wants another attempt does not ask to wait, but to
// retry.
std::string_view status_text(Status status) noexcept {
    return status == Status::Waiting ? "retry" : to_text(status);
}

std::optional<std::int64_t> exact_units(std::string_view text, int digits) {
    Decimal value;
    if (Decimal::parse(text, value) != Decimal::ParseOutcome::Parsed) return std::nullopt;
    return value.count_of(digits);
}

std::string in_capitals(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

// Returns `line` with quotation marks around each number that is greater than any double. The parser would
// stop at such a number, even in a member that is skipped.
std::string with_huge_numbers_quoted(std::string_view line) {
    constexpr std::string_view kOfNumber = "0123456789+-.eE";
    std::string text;
    bool is_in_string = false;
    for (std::size_t at = 0; at < line.size();) {
        const auto length = is_in_string ? 0 : line.substr(at).find_first_not_of(kOfNumber);
        const std::string token(line.substr(at, std::max<std::size_t>(length, 1)));
        at += token.size();
        if (length != 0) {
            const bool is_huge = std::isinf(std::strtod(token.c_str(), nullptr));
            text += is_huge ? '"' + token + '"' : token;
            continue;
        }
        text += token;
        if (token == "\"") is_in_string = !is_in_string;
        if (is_in_string && token == "\\" && at < line.size()) text += line[at++];
    }
    return text;
}

// Receives the parser's events (nlohmann's SAX interface). It keeps the known members of the outermost
// object, and skips everything else.
class AnswerReader : public nlohmann::json_sax<Json> {
  public:
    AnswerReader(Result& result, Teller teller) : result_(result), teller_(teller) {
        result_.set(Status::Booked);
        result_.details.clear();
    }
    // True if the parser has stopped at a number that is greater than any double.
    [[nodiscard]] bool is_overflown() const noexcept { return is_overflown_; }
    [[nodiscard]] Answer answer() && {
        set_amounts();
        if (!no_answer_.empty()) return {Answer::Kind::None, std::move(no_answer_)};
        if (!has_status_) return {Answer::Kind::None, "a JSON object without status"};
        if (!refused_.empty()) return {Answer::Kind::Refused, std::move(refused_), std::move(given_id_)};
        return {Answer::Kind::Understood, {}, std::move(given_id_), std::move(unknown_key_)};
    }
    // True if the answer has a result. Its text is not among the events, which do not keep the digits of
    // numbers.
    [[nodiscard]] bool has_result() const noexcept { return has_result_; }

    bool null() override { return true; }
    bool boolean(bool) override { return is_unknown() || refuse("is true or false"); }
    bool number_integer(number_integer_t value) override { return take_number(fmt::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return take_number(fmt::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return take_number(text); }
    bool string(string_t& text) override {
        if (depth_ == 1 && are_terms()) return take_terms(text);
        return is_unknown() || take_text(text);
    }
    bool binary(binary_t&) override { return is_unknown(); }
    bool start_object(std::size_t) override { return enter(); }
    bool start_array(std::size_t) override { return enter(); }
    bool key(string_t& key) override {
        if (depth_ != 1) return true;
        key_ = key;
        if (key_ == kResult) {
            has_result_ = true;
        } else if (is_unknown() && !are_terms() && unknown_key_.empty()) {
            unknown_key_ = key_;
        }
        return true;
    }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& error) override {
        constexpr int kOutOfRange = 406;
        is_overflown_ = error.id == kOutOfRange;
        no_answer_ = fmt::format("JSON that is malformed at byte {}", position);
        return false;
    }

  private:
    [[nodiscard]] bool is_unknown() const {
        return depth_ != 1 ||
               (key_ != "status" && key_ != "id" && key_ != kAfter && find_detail_field(key_) == nullptr);
    }
    [[nodiscard]] bool are_terms() const { return teller_ == Teller::Ours && key_ == kInvoiceTerms; }
    // The amount that the current key names; none if the key does not name an amount.
    [[nodiscard]] std::optional<Details::Amount> amount() const {
        const DetailField* const field = find_detail_field(key_);
        if (field == nullptr || field->kind != DetailField::Kind::Amount) return std::nullopt;
        return field->amount;
    }
    // Records only the first problem. Returns true, so that the parser goes on: the rest of the line tells
    // whether the line is an answer at all, and for which invoice.
    bool refuse(std::string_view what) {
        std::string& problem = key_ == "status" || key_ == "id" ? no_answer_ : refused_;
        if (problem.empty()) problem = fmt::format("JSON whose {} {}", key_, what);
        return true;
    }
    bool enter() {
        if (depth_ == 1 && !is_unknown()) refuse("is an object or an array");
        ++depth_;
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool take_number(const std::string& text) {
        if (is_unknown()) return true;
        if (key_ == "id") return take_id(text);
        return amount() ? take_amount(text) : refuse("is a number");
    }
    bool take_amount(const std::string& text) {
        amounts_[*amount()] = text;
        result_.has_details = true;
        return true;
    }
    // The currency says how many decimals an amount may have, and may come last.
    void set_amounts() {
        const std::string_view currency = result_.details.currency_text();
        const int digits = minor_digits(currency);
        const std::string most =
            digits == kUsualDigits ? "two decimals" : fmt::format("{} decimals, as {} has", digits, currency);
        for (const DetailField& field : kDetailFields) {
            if (field.kind != DetailField::Kind::Amount || !amounts_[field.amount]) continue;
            const std::string& text = *amounts_[field.amount];
            if (const auto units = exact_units(text, digits)) {
                result_.details.set_amount(field.amount, *units);
            } else if (refused_.empty()) {
                refused_ = fmt::format("JSON whose {} is no amount with at most {}: {}", field.name, most,
                                       pipeline::quoted(text));
            }
        }
    }
    bool take_text(const std::string& text) {
        if (amount()) return take_amount(text);
        if (key_ == "status") return take_status(text);
        if (key_ == "id") return take_id(text);
        if (key_ == kAfter) {
            return set_retry_after(text, result_) ||
                   refuse("is no time with a unit, up to a year: " + pipeline::quoted(text));
        }
        const DetailField& field = *find_detail_field(key_);
        if (field.kind == DetailField::Kind::Currency) {
            const std::string capitals = in_capitals(text);
            (result_.details.*field.set_text)(capitals);
            if ((result_.details.*field.get_text)() != capitals)
                return refuse("is not three letters: " + pipeline::quoted(text));
        } else {
            std::string clean;
            clean_text(text, clean);
            (result_.details.*field.set_text)(clean);
        }
        result_.has_details = true;
        return true;
    }
    // A broken process of ours may say anything: what the ledger gets is made anew.
    bool take_terms(const std::string& text) {
        const auto said = text.size() <= kMaxResultBytes ? unpack_terms(text) : std::nullopt;
        if (!said) return true;
        InvoiceTerms terms;
        std::string clean;
        for (std::size_t i = 0; i < kTerms; ++i) {
            clean_text(said->terms[i], clean);
            terms.set(static_cast<Term>(i), clean);
        }
        if (Json::accept(said->result)) terms.result = said->result;
        result_.extra = std::make_unique<ExtraText>(ExtraText{Extra::Invoice, terms.packed()});
        return true;
    }
    bool take_id(const std::string& text) {
        given_id_ = text;
        return true;
    }
    bool take_status(const std::string& text) {
        for (const Status status : {Status::Booked, Status::Rejected, Status::Failed, Status::Waiting}) {
            if (text != status_text(status)) continue;
            result_.status = status;
            has_status_ = true;
            return true;
        }
        return refuse("is none of booked, rejected, failed and retry: " + pipeline::quoted(text));
    }

    Result& result_;
    Teller teller_;
    std::size_t depth_ = 0;
    std::string key_;
    std::array<std::optional<std::string>, Details::kAmounts> amounts_;  // as they were said
    bool has_status_ = false;
    bool is_overflown_ = false;
    bool has_result_ = false;
    std::optional<std::string> given_id_;
    std::string unknown_key_;
    std::string no_answer_;  // why the line is no answer
    std::string refused_;    // why the answer is refused
};

// Returns the answer, and stores the text of its result in `result`.
Answer finished(AnswerReader&& reader, std::string_view line, Result& result) {
    const bool has_result = reader.has_result();
    Answer answer = std::move(reader).answer();
    if (!has_result || answer.kind != Answer::Kind::Understood) return answer;
    const std::string_view text = last_member(line, kResult);
    if (text == "null") return answer;
    if (text.size() > kMaxResultBytes) {
        answer.kind = Answer::Kind::Refused;
        answer.problem = fmt::format("JSON whose {} has {} bytes: at most {} are accepted", kResult,
                                     text.size(), kMaxResultBytes);
        return answer;
    }
    result.extra = std::make_unique<ExtraText>(ExtraText{Extra::Result, std::string(text)});
    return answer;
}

}  // namespace

Answer read_json_answer(std::string_view line, Result& result, Teller teller) {
    AnswerReader reader(result, teller);
    Json::sax_parse(line, &reader);
    if (!reader.is_overflown()) return finished(std::move(reader), line, result);
    AnswerReader again(result, teller);
    Json::sax_parse(with_huge_numbers_quoted(line), &again);
    return finished(std::move(again), line, result);
}

std::string write_json_answer(std::string_view id, const Result& result) {
    std::string buffer;
    Json answer = {{"id", readable_id(id)}, {"status", status_text(result.status)}};
    if (result.status == Status::Waiting && result.has_attempt)
        answer[kAfter] = fmt::format("{}us", result.attempt.retry_after_us);
    if (result.has_details) {
        const Details& details = result.details;
        for (const DetailField& field : kDetailFields) {
            const std::string name(field.name);
            if (field.kind != DetailField::Kind::Amount) {
                const std::string_view text = (details.*field.get_text)();
                if (!text.empty()) answer[name] = readable_utf8(text, buffer);
            } else if (details.has(field.amount)) {
                answer[name] =
                    amount_text(details.amounts[field.amount], minor_digits(details.currency_text()));
            }
        }
    }
    if (result.extra && result.extra->kind == Extra::Invoice)
        answer[std::string(kInvoiceTerms)] = readable_utf8(result.extra->text, buffer);
    return answer.dump() + '\n';
}

}  // namespace pipeline
