// SPDX-License-Identifier: Apache-2.0
// Answers in JSON. Reads numbers as written, not as doubles: an amount is exact or refused.
#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/utf8.hpp"
#include "consumer/protocol/answer.hpp"
#include "consumer/work/clean_text.hpp"
#include "consumer/work/decimal.hpp"

namespace pipeline {
namespace {

using Json = nlohmann::json;

std::optional<std::int64_t> exact_hundredths(std::string_view text) {
    Decimal value;
    if (Decimal::parse(text, value) != Decimal::ParseOutcome::Parsed || value.round(2) != value) {
        return std::nullopt;
    }
    return value.hundredths();
}

// Receives the parser's events (nlohmann's SAX interface). It keeps the known members of the object itself,
// and skips everything else, nested or not.
class AnswerReader : public nlohmann::json_sax<Json> {
  public:
    AnswerReader(std::string_view id, Result& result) : id_(id), result_(result) {
        result_.set(Status::Booked);
        result_.details.clear();
    }
    [[nodiscard]] std::string problem() const {
        if (!problem_.empty()) return problem_;
        return has_status_ ? std::string() : "a JSON object without status";
    }

    bool null() override { return true; }
    bool boolean(bool) override { return is_unknown() || refuse("is true or false"); }
    bool number_integer(number_integer_t value) override { return take_number(fmt::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return take_number(fmt::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return take_number(text); }
    bool string(string_t& text) override { return is_unknown() || take_text(text); }
    bool binary(binary_t&) override { return is_unknown(); }
    bool start_object(std::size_t) override { return enter(); }
    bool start_array(std::size_t) override { return enter(); }
    bool key(string_t& key) override {
        if (depth_ == 1) key_ = key;
        return true;
    }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        problem_ = fmt::format("JSON that is malformed at byte {}", position);
        return false;
    }

  private:
    [[nodiscard]] bool is_unknown() const {
        return depth_ != 1 || (key_ != "status" && key_ != "id" && find_detail_field(key_) == nullptr);
    }
    // The amount that the key names, if it does.
    [[nodiscard]] std::optional<Details::Amount> amount() const {
        const DetailField* const field = find_detail_field(key_);
        if (field == nullptr || field->kind != DetailField::Kind::Amount) return std::nullopt;
        return field->amount;
    }
    bool refuse(std::string_view what) {
        problem_ = fmt::format("JSON whose {} {}", key_, what);
        return false;
    }
    bool enter() {
        if (depth_ == 1 && !is_unknown()) return refuse("is an object or an array");
        ++depth_;
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool take_number(const std::string& text) {
        if (is_unknown()) return true;
        return amount() ? take_amount(text) : refuse("is a number");
    }
    bool take_amount(const std::string& text) {
        const auto hundredths = exact_hundredths(text);
        if (!hundredths) return refuse("is no amount with at most two decimals: " + pipeline::quoted(text));
        result_.details.set_amount(*amount(), *hundredths);
        result_.has_details = true;
        return true;
    }
    bool take_text(const std::string& text) {
        if (amount()) return take_amount(text);
        if (key_ == "status") return take_status(text);
        if (key_ == "id")
            return text == id_ || refuse("is that of another invoice: " + pipeline::quoted(text));
        const DetailField& field = *find_detail_field(key_);
        if (field.kind == DetailField::Kind::Currency) {
            (result_.details.*field.set_text)(text);
            if ((result_.details.*field.get_text)() != text)
                return refuse("is not three letters: " + pipeline::quoted(text));
        } else {
            std::string clean;
            clean_text(text, clean);
            (result_.details.*field.set_text)(clean);
        }
        result_.has_details = true;
        return true;
    }
    bool take_status(const std::string& text) {
        for (const Status status : {Status::Booked, Status::Rejected, Status::Failed}) {
            if (text != to_text(status)) continue;
            result_.status = status;
            has_status_ = true;
            return true;
        }
        return refuse("is none of booked, rejected and failed: " + pipeline::quoted(text));
    }

    std::string_view id_;
    Result& result_;
    std::size_t depth_ = 0;
    std::string key_;
    bool has_status_ = false;
    std::string problem_;
};

std::string amount_text(std::int64_t hundredths) {
    const bool negative = hundredths < 0;
    const auto size =
        negative ? 0 - static_cast<std::uint64_t>(hundredths) : static_cast<std::uint64_t>(hundredths);
    return fmt::format("{}{}.{:02}", negative ? "-" : "", size / 100, size % 100);
}

}  // namespace

std::string read_json_answer(std::string_view line, std::string_view id, Result& result) {
    std::string buffer;
    AnswerReader reader(readable_utf8(id, buffer), result);
    Json::sax_parse(line, &reader);
    return reader.problem();
}

std::string write_json_answer(std::string_view id, const Result& result) {
    std::string buffer;
    Json answer = {{"id", readable_utf8(id, buffer)}, {"status", to_text(result.status)}};
    if (result.has_details) {
        const Details& details = result.details;
        for (const DetailField& field : kDetailFields) {
            const std::string name(field.name);
            if (field.kind != DetailField::Kind::Amount) {
                const std::string_view text = (details.*field.get_text)();
                if (!text.empty()) answer[name] = readable_utf8(text, buffer);
            } else if (details.has(field.amount)) {
                answer[name] = amount_text(details.amounts[field.amount]);
            }
        }
    }
    return answer.dump() + '\n';
}

}  // namespace pipeline
