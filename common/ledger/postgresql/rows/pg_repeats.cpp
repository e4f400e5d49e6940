// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/rows/pg_repeats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/ledger/postgresql/schema/pg_tables.hpp"
#include "common/ledger/rows/invoice_identity.hpp"

namespace pipeline {
namespace {

// Locks for the mode `reject`: few, because a server has room for some thousands.
constexpr std::size_t kLocks = 64;
constexpr std::int64_t kFirstLock = 0x1d7c3a5b90e2f500;

// A record that may repeat another one.
struct Candidate {
    std::size_t i = 0;
    std::string_view key;
    InvoiceIdentity identity;

    // Returns the number with its seller as one text; empty if there is none.
    [[nodiscard]] std::string same_number() const {
        if (!identity.has_number()) return {};
        return identity.number + '\0' + identity.seller + '\0' + (identity.is_credit_note ? '1' : '0');
    }
};

// Returns the candidates in the order of the records.
std::vector<Candidate> candidates_of(const RecordRange& records, const PgBatch& batch) {
    std::vector<Candidate> candidates;
    for (const PgBatch::Entry& entry : batch.entries()) {
        if (auto identity = identity_of(records, entry.i))
            candidates.push_back({entry.i, entry.key, *std::move(identity)});
    }
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.i < b.i; });
    return candidates;
}

// Takes the locks of all numbers and digests, in their order.
void send_locks(PgConnection& database, const std::vector<Candidate>& candidates, PgArray& locks) {
    std::array<bool, kLocks> wanted{};
    for (const Candidate& candidate : candidates) {
        for (const std::string& text : {candidate.same_number(), candidate.identity.file_digest}) {
            if (!text.empty()) wanted[Sha256().add(text).digest()[0] % kLocks] = true;
        }
    }
    for (std::size_t i = 0; i < kLocks; ++i) {
        if (wanted[i]) locks.add(kFirstLock + static_cast<std::int64_t>(i));
    }
    database.send("SELECT pg_advisory_xact_lock(lock) FROM (SELECT unnest($1) AS lock ORDER BY 1) AS wanted",
                  PgParameters().add(locks));
}

}  // namespace

bool may_repeat(const RecordRange& records, const PgBatch& batch, SameNumber mode) {
    return mode != SameNumber::Book && batch.form() == RowForm::Full &&
           std::any_of(batch.entries().begin(), batch.entries().end(), [&](const PgBatch::Entry& entry) {
               return identity_of(records, entry.i).has_value();
           });
}

PgJudge::Verdicts find_repeats(PgConnection& database, const RecordRange& records, const PgBatch& batch,
                               RowValues& values, SameNumber mode) {
    const std::vector<Candidate> candidates = candidates_of(records, batch);
    PgArray keys(PgArray::Type::Text), numbers(PgArray::Type::Text), sellers(PgArray::Type::Text);
    PgArray credit_notes(PgArray::Type::Integer), digests(PgArray::Type::Text), locks(PgArray::Type::Integer);
    for (const Candidate& candidate : candidates) {
        keys.add(candidate.key);
        numbers.add(std::string_view(candidate.identity.number));
        sellers.add(std::string_view(candidate.identity.seller));
        credit_notes.add(std::int64_t{candidate.identity.is_credit_note});
        digests.add(std::string_view(candidate.identity.file_digest));
    }
    if (mode == SameNumber::Reject) send_locks(database, candidates, locks);
    database.send(
        fmt::format("SELECT (SELECT id FROM invoices WHERE number = asked.number AND asked.number <> '' AND"
                    " coalesce(supplier_id, supplier) = asked.seller AND {} = (asked.credit_note = 1) AND"
                    " status = 'booked' AND key <> asked.key ORDER BY stored_at, row LIMIT 1),"
                    " (SELECT id FROM invoices WHERE file_digest = asked.digest AND asked.digest <> '' AND"
                    " status = 'booked' AND key <> asked.key ORDER BY stored_at, row LIMIT 1),"
                    " EXISTS(SELECT 1 FROM invoices WHERE key = asked.key AND status = 'booked') OR"
                    " EXISTS(SELECT 1 FROM pruned WHERE key = asked.key AND status = 'booked')"
                    " FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY"
                    " AS asked(key, number, seller, credit_note, digest, place) ORDER BY place",
                    pg_is_credit_note()),
        PgParameters().add(keys).add(numbers).add(sellers).add(credit_notes).add(digests));
    const auto results = database.finish();
    const PgResult& found = results.back();

    PgJudge::Verdicts verdicts;
    std::unordered_map<std::string, const Candidate*> first_number, first_bytes;  // of this batch
    std::unordered_set<std::string_view> booked;                                  // its keys
    const auto first_of = [&](const auto& seen, const std::string& text, const Candidate& candidate) {
        const auto first = seen.find(text);
        if (first == seen.end() || first->second->key == candidate.key) return std::string();
        return std::string(values.stored_form(records.id(first->second->i)));
    };
    const auto note = [](auto& seen, const std::string& text, const Candidate& candidate) {
        if (!text.empty()) seen.try_emplace(text, &candidate);
    };
    for (int row = 0; row < found.rows(); ++row) {
        const Candidate& candidate = candidates[static_cast<std::size_t>(row)];
        RowVerdict verdict{Status::Booked, std::string(found.text(row, 0)), {}};
        const std::string same_number = first_of(first_number, candidate.same_number(), candidate);
        const std::string same_bytes = first_of(first_bytes, candidate.identity.file_digest, candidate);
        if (verdict.repeats.empty()) verdict.repeats = same_number;
        const bool by_number = !verdict.repeats.empty();
        if (!by_number)
            verdict.repeats = found.is_null(row, 1) ? same_bytes : std::string(found.text(row, 1));
        // A record becomes a booked row unless its id has one already, or it is rejected below.
        const bool is_rejected = !verdict.repeats.empty() && mode == SameNumber::Reject;
        if (!found.boolean(row, 2) && !is_rejected && booked.insert(candidate.key).second) {
            note(first_number, candidate.same_number(), candidate);
            note(first_bytes, candidate.identity.file_digest, candidate);
        }
        if (verdict.repeats.empty()) continue;
        if (mode == SameNumber::Reject) reject_repeat(verdict, by_number);
        verdicts.emplace(candidate.i, std::move(verdict));
    }
    return verdicts;
}

}  // namespace pipeline
