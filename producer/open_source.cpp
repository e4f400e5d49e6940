// SPDX-License-Identifier: Apache-2.0
#include "producer/open_source.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "common/base/error.hpp"
#include "common/base/plural.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "producer/sources/lines_source.hpp"
#include "producer/sources/nats/nats_open.hpp"
#include "producer/sources/program/exec_source.hpp"
#include "producer/sources/sequence_source.hpp"
#include "producer/sources/spool/spool_source.hpp"
#include "producer/sources/stdin_source.hpp"
#include "producer/sources/table/table_source.hpp"

namespace pipeline {
namespace {

// Looks at the table of a source once, for supervisor --check.
std::string probe_table(const SourceSpec& spec, const LedgerSpec& ledger) {
    constexpr std::uint64_t kMost = 100'000;
    const auto table = make_work_table(ledger, spec.table);
    if (table == nullptr)
        throw Failure(ExitStatus::Usage,
                      "a table is in the ledger's database: give --ledger postgresql://...");
    try {
        table->open();
        const WorkTable::Count count = table->count(kMost);
        return fmt::format("{}, {}{} free and {} taken", spec.shown(), count.free == kMost ? "at least " : "",
                           counted(count.free, "row"), count.taken);
    } catch (const LedgerUnavailable& why) {
        throw Failure(ExitStatus::NoInput, why.what());
    }
}

}  // namespace

std::unique_ptr<Source> open_source(const SourceSpec& spec, const Resume& resume, bool once,
                                    const SourceContext& context) {
    switch (spec.kind) {
        case SourceSpec::Kind::Spool:
            return std::make_unique<SpoolSource>(spec.path, resume, SpoolSource::Limits{}, context);
        case SourceSpec::Kind::Lines:
            return std::make_unique<LinesSource>(spec.path, resume, once, context);
        case SourceSpec::Kind::StandardInput:
            return std::make_unique<StandardInputSource>(STDIN_FILENO, resume);
        case SourceSpec::Kind::NulLines:
            return std::make_unique<LinesSource>(spec.path, resume, once, context, kNulSeparated);
        case SourceSpec::Kind::NulStandardInput:
            return std::make_unique<StandardInputSource>(STDIN_FILENO, resume, kNulSeparated);
        case SourceSpec::Kind::Sequence:
            return std::make_unique<SequenceSource>(resume.position, spec.count);
        case SourceSpec::Kind::Exec:
            return std::make_unique<ExecSource>(spec, resume, once, context);
        case SourceSpec::Kind::Nats:
            return open_nats_source(spec, resume, once, context);
        case SourceSpec::Kind::Table:
            return std::make_unique<TableSource>(spec, resume, once, context);
    }
    broken_invariant("a source of an unknown kind");
}

std::string probe_source(const SourceSpec& spec, const LedgerSpec& ledger) {
    if (spec.kind == SourceSpec::Kind::Table) return probe_table(spec, ledger);
    return spec.kind == SourceSpec::Kind::Nats ? probe_nats(spec) : std::string();
}

}  // namespace pipeline
