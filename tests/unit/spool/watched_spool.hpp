// SPDX-License-Identifier: Apache-2.0
// A spool source that somebody watches.
#pragma once

#include "producer/sources/spool/spool_search.hpp"

#include <memory>

#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/spool_fixture.hpp"

namespace pipeline::test {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

// A source of its own, whose condition can be looked at.
struct Watched {
    explicit Watched(SpoolOptions options, std::size_t most = 1000) : limits(limits_of(most)) {
        context.report = std::make_shared<SourceReport>(metrics);
        context.spool = std::move(options);
    }
    void open(const Spool& spool) {
        source = std::make_unique<SpoolSource>(spool.path, Resume{}, limits, context);
    }
    [[nodiscard]] SourceState state() const { return static_cast<SourceState>(metrics.state.load()); }
    // All that is given until `enough` are, or the deadline has passed.
    [[nodiscard]] Ids take_until(std::size_t enough) const {
        Ids ids;
        const auto until = std::chrono::steady_clock::now() + kDeadline;
        while (ids.size() < enough && std::chrono::steady_clock::now() < until) {
            for (const std::string& id : ids_of(take_all(*source))) ids.push_back(id);
            if (ids.size() < enough) source->wait(-1, 1s);
        }
        return ids;
    }
    [[nodiscard]] bool becomes(SourceState wanted) const {
        const auto until = std::chrono::steady_clock::now() + kDeadline;
        while (state() != wanted && std::chrono::steady_clock::now() < until) {
            static_cast<void>(source->look());
            source->wait(-1, 10ms);
        }
        return state() == wanted;
    }

    SpoolSource::Limits limits;
    SourceMetrics metrics{};
    SourceContext context;
    std::unique_ptr<SpoolSource> source;
};

inline SpoolOptions looking_every(std::chrono::nanoseconds rescan,
                                  std::chrono::nanoseconds settle_time = 0s) {
    return {rescan, settle_time, {}, {}};
}

}  // namespace pipeline::test
