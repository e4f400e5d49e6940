// SPDX-License-Identifier: Apache-2.0
// The questions of PgSession outside of its transaction.
#include <fmt/format.h>

#include "common/base/error.hpp"
#include "common/ledger/postgresql/pg_answers.hpp"
#include "common/ledger/postgresql/pg_session.hpp"

namespace pipeline {

std::optional<KnownSource> PgSession::source(std::string_view source) {
    return known_source_in(database_.run(kSelectKnownSource, PgParameters().add(source)));
}

std::optional<KnownSource> PgSession::known(std::string_view source, std::string_view file) {
    if (!file.empty()) {
        // Another name of the same list begins with the same word and origin: "lines://ORIGIN/".
        const auto colon = source.find(':');
        const auto path = source.substr(colon + 1).starts_with("//") ? source.find('/', colon + 3) : colon;
        const std::string_view kind = source.substr(0, path + 1);
        const PgResult found = database_.run(
            "SELECT source, cursor, digest, file FROM sources WHERE file = $1 AND starts_with(source, $2)"
            " ORDER BY updated_at DESC LIMIT 1",
            PgParameters().add(file).add(kind));
        if (found.rows() != 0) return known_source_in(found);
    }
    return this->source(source);
}

// A standby that is behind takes this question, and nothing else of ours: what it lacks proves nothing.
LastCommit PgSession::last_commit(std::uint64_t generation) {
    database_.send("SELECT pg_is_in_recovery()");
    database_.send("SELECT recorded, last_first, last_digest FROM generations WHERE generation = $1",
                   PgParameters().add(generation));
    const auto results = database_.finish();
    if (results[0].boolean(0, 0)) throw PgError(PgError::Kind::ReadOnly, "the server is a standby");
    return last_commit_in(results[1]);
}

void PgSession::require_all(const KnownLedger& known) {
    require_pg_ledger(database_.run("SELECT ledger FROM schema"), known.id);
    const LastCommit last = last_commit(known.generation);
    if (last.recorded >= known.durable) return;
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("ledger {}: {}; a standby that was behind may have taken over: see which server "
                    "has the rest",
                    name_, lacks_text(last, known.durable)));
}

}  // namespace pipeline
