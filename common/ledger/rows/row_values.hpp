// SPDX-License-Identifier: Apache-2.0
// The values of the row that a record becomes, in the order of their columns, for every kind of ledger; and
// the digest that seals them (sealed_columns.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/digest.hpp"
#include "common/base/utf8.hpp"
#include "common/core/record.hpp"
#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/rows/row_rules.hpp"
#include "common/ledger/seal/sealed_columns.hpp"
#include "common/ledger/seal/value_digest.hpp"

namespace pipeline {

// The columns that a record fills.
enum class RowForm : std::uint8_t {
    Plain,   // those of every row
    Worked,  // and when the attempt began, how long it took, and how the program ended
    Full,    // all
};
[[nodiscard]] RowForm row_form_of(const Record& record) noexcept;

// Returns the names of the columns of a form, in order: of those that differ from row to row. Every row has
// source, stored_at and generation as well, the same in all rows of a transaction.
[[nodiscard]] const std::vector<std::string_view>& row_columns(RowForm form);

class RowValues {
  public:
    // Call it at the beginning of each transaction.
    void begin(const CommitContext& context);

    // Passes the values of record `i`, in the order of row_columns(form), to `sink`, which has the functions
    // value(std::int64_t), value(std::string_view) and null(). A view is valid until the next call. Returns
    // the row's digest.
    template <class Sink>
    Digest write(Sink& sink, RowForm form, const RecordRange& records, std::size_t i, const Former& former,
                 const RowVerdict& verdict);

    // Returns the id as every ledger stores it (ledger_id.hpp), valid until the next call with an id that is
    // not plain.
    [[nodiscard]] std::string_view stored_form(std::string_view id);

  private:
    // A sink that also adds each value to the digest.
    template <class Sink>
    struct Sealing {
        Sink& sink;
        ValueDigest& sealed;
        template <class Value>
        void put(std::uint8_t tag, Value value) {
            sink.value(value);
            sealed.add(tag, value);
        }
        void put_or_null(std::uint8_t tag, std::string_view text) {
            if (text.empty()) return sink.null();
            put(tag, text);
        }
    };
    template <class Sink>
    void write_attempt(Sealing<Sink>& out, const Attempt& attempt);
    template <class Sink>
    void write_details(Sealing<Sink>& out, const Details* details, const RowVerdict& verdict);
    template <class Sink>
    void write_extra(Sealing<Sink>& out, const Record& record, const ByteAreaView& bytes,
                     const RowVerdict& verdict);
    template <class Sink>
    void write_waiting(Sealing<Sink>& out, const Record& record, const Attempt& attempt,
                       const Former& former);
    [[nodiscard]] std::string_view shown_output(std::string_view output);

    WallClock clock_;
    ValueDigest sealed_;        // the values of the present row
    std::string shown_output_;  // an output that is not UTF-8
    std::string shown_id_;      // stored_form() returns it for an id that is not plain
    // Holds the UTF-8 copies of texts that are not UTF-8 themselves.
    std::array<std::string, kDetailFields.size()> copies_;
};

// The tags of the columns of details, and of terms, in their order.
inline constexpr std::array<std::uint8_t, kDetailFields.size()> kDetailTags = [] {
    std::array<std::uint8_t, kDetailFields.size()> tags{};
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = find_sealed_tag(kDetailFields[i].name);
    return tags;
}();
inline constexpr std::array<std::uint8_t, kTerms> kTermTags = [] {
    std::array<std::uint8_t, kTerms> tags{};
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = find_sealed_tag(kTermNames[i]);
    return tags;
}();

template <class Sink>
Digest RowValues::write(Sink& sink, RowForm form, const RecordRange& records, std::size_t i,
                        const Former& former, const RowVerdict& verdict) {
    const Record& record = records.record(i);
    Sealing<Sink> out{sink, sealed_};
    sealed_.restart();
    out.put(sealed_tag("id"), stored_form(records.id(i)));
    out.put(sealed_tag("position"), static_cast<std::int64_t>(record.position));
    out.put(sealed_tag("status"), to_text(verdict.status));
    out.put(sealed_tag("attempts"), former.attempts + record.attempts);
    out.put(sealed_tag("consumer"), std::int64_t{record.place});
    out.put(sealed_tag("acquired_at"),
            former.acquired_us != 0 ? former.acquired_us : clock_.at_us(record.acquired_ns));
    out.put(sealed_tag("record"), static_cast<std::int64_t>(records.first() + i));
    if (form == RowForm::Plain) return sealed_.finish();
    const Attempt attempt = record.has_attempt() ? record.attempt : Attempt();
    write_attempt(out, attempt);
    if (form == RowForm::Worked) return sealed_.finish();
    write_details(out, record.has_details() ? &records.details(i) : nullptr, verdict);
    write_extra(out, record, records.bytes(), verdict);
    write_waiting(out, record, attempt, former);
    return sealed_.finish();
}

template <class Sink>
void RowValues::write_attempt(Sealing<Sink>& out, const Attempt& attempt) {
    if (attempt.started_us == 0) {
        out.sink.null();
        out.sink.null();
    } else {
        out.put(sealed_tag("started_at"), static_cast<std::int64_t>(attempt.started_us));
        out.put(sealed_tag("worked_us"), std::int64_t{attempt.worked_us});
    }
    if (attempt.exit_status == Attempt::kNoExitStatus) {
        out.sink.null();
    } else if (attempt.exit_status >= Attempt::kSignal) {
        out.put(sealed_tag("exit_status"), std::int64_t{Attempt::kSignal} - attempt.exit_status);
    } else {
        out.put(sealed_tag("exit_status"), std::int64_t{attempt.exit_status});
    }
}

// Writes the details; NULL to all their columns but the verdict's reason if `details` is null.
template <class Sink>
void RowValues::write_details(Sealing<Sink>& out, const Details* details, const RowVerdict& verdict) {
    for (std::size_t i = 0; i < kDetailFields.size(); ++i) {
        const DetailField& field = kDetailFields[i];
        if (!verdict.reason.empty() && field.name == "reason") {
            out.put(kDetailTags[i], std::string_view(verdict.reason));
        } else if (details != nullptr && field.kind != DetailField::Kind::Amount) {
            out.put_or_null(kDetailTags[i], readable_utf8((details->*field.get_text)(), copies_[i]));
        } else if (details != nullptr && details->has(field.amount)) {
            out.put(kDetailTags[i], details->amounts[field.amount]);
        } else {
            out.sink.null();
        }
    }
}

// Writes the invoice's terms, what it repeats, its result, and the program's output.
template <class Sink>
void RowValues::write_extra(Sealing<Sink>& out, const Record& record, const ByteAreaView& bytes,
                            const RowVerdict& verdict) {
    std::string_view result = record.result_in(bytes);
    const std::string_view output = record.output_in(bytes);
    const std::string_view packed = record.terms_in(bytes);
    InvoiceTermsView terms;
    if (packed.data() != nullptr) {
        terms = unpack_terms(packed).value_or(InvoiceTermsView());
        result = terms.result;
    }
    for (std::size_t i = 0; i < kTerms; ++i) out.put_or_null(kTermTags[i], terms.terms[i]);
    out.put_or_null(sealed_tag("repeats"), verdict.repeats);
    out.put_or_null(sealed_tag("result"), result);
    if (output.data() == nullptr) {
        out.sink.null();
    } else {
        out.put(sealed_tag("output"), shown_output(output));
    }
}

template <class Sink>
void RowValues::write_waiting(Sealing<Sink>& out, const Record& record, const Attempt& attempt,
                              const Former& former) {
    out.sink.value(former.round);
    if (record.status == Status::Waiting) {
        out.sink.value(clock_.now_us() + static_cast<std::int64_t>(attempt.retry_after_us));
    } else {
        out.sink.null();
    }
    if (attempt.failures == 0) {
        out.sink.value(std::int64_t{0});
    } else {
        out.put(sealed_tag("failures"), std::int64_t{attempt.failures});
    }
    if (attempt.first_failed_us == 0) {
        out.sink.null();
    } else {
        out.put(sealed_tag("first_failed_at"), static_cast<std::int64_t>(attempt.first_failed_us));
    }
}

}  // namespace pipeline
