// SPDX-License-Identifier: Apache-2.0
#include "observer/show/prometheus.hpp"

#include <cmath>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/sample_view.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/text.hpp"
#include "tests/support/tree_paths.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

bool has_line(const std::string& text, const std::string& wanted) {
    INFO(text);
    for (const auto& line : lines_of(text)) {
        if (line == wanted) return true;
    }
    return false;
}

// histogram_quantile() of Prometheus: linear between the bounds of the bucket.
double quantile_by_prometheus(const std::string& text, const std::string& name, double p) {
    const std::string begin = "invoice_pipeline_" + name + "_seconds_bucket{pipeline=\"sample\",le=\"";
    std::vector<std::pair<double, double>> buckets;  // bound and count
    for (const auto& line : lines_of(text)) {
        if (!line.starts_with(begin)) continue;
        const std::string rest = line.substr(begin.size());
        buckets.emplace_back(std::stod(rest), std::stod(rest.substr(rest.find('}') + 1)));
    }
    const double rank = p * buckets.back().second;
    std::pair<double, double> before{0, 0};
    for (const auto& bucket : buckets) {
        if (bucket.second >= rank)
            return before.first +
                   (bucket.first - before.first) * (rank - before.second) / (bucket.second - before.second);
        before = bucket;
    }
    return 0;
}

}  // namespace

TEST_CASE("the metrics say what was seen", "[prometheus]") {
    const std::string text = prometheus_text(sample_view(2));
    for (const auto* line : {
             "# TYPE invoice_pipeline_acquired_invoices_total counter",
             "invoice_pipeline_up{pipeline=\"sample\"} 1",
             "invoice_pipeline_build_info{pipeline=\"sample\",version=\"" PIPELINE_VERSION "\"} 1",
             "invoice_pipeline_acquired_invoices_total{pipeline=\"sample\"} 20000",
             "invoice_pipeline_stored_invoices_total{pipeline=\"sample\",status=\"rejected\"} 10",
             "invoice_pipeline_in_flight_invoices{pipeline=\"sample\",where=\"ring\"} 7000",
             "invoice_pipeline_oldest_invoice_age_seconds{pipeline=\"sample\"} 4",
             "invoice_pipeline_processes{pipeline=\"sample\",state=\"running\"} 3",
             "invoice_pipeline_activity_seconds_total{pipeline=\"sample\",process=\"producer\",place=\"\","
             "activity=\"waiting_for_room\"} 8",
             "invoice_pipeline_deaths_total{pipeline=\"sample\",process=\"consumer\",place=\"1\"} 1",
             "# TYPE invoice_pipeline_processing_seconds histogram",
             "invoice_pipeline_processing_seconds_count{pipeline=\"sample\"} 5000",
             "invoice_pipeline_processing_seconds_sum{pipeline=\"sample\"} 10",
         })
        CHECK(has_line(text, line));
}

TEST_CASE("a coarse bucket has exactly what is below its bound", "[prometheus]") {
    const auto area = std::make_unique<HistogramArea>();
    area->add((1U << 20U) - 1, 3);
    area->add(1U << 20U, 4);
    area->add(std::uint64_t{1} << 41U, 5);
    View view = sample_view(1);
    view.now->waiting = Histogram(*area);
    const std::string text = prometheus_text(view);
    const std::string bucket = "invoice_pipeline_waiting_seconds_bucket{pipeline=\"sample\",le=\"";
    CHECK(has_line(text, bucket + "0.000262144\"} 0"));
    CHECK(has_line(text, bucket + "0.001048576\"} 3"));
    CHECK(has_line(text, bucket + "0.004194304\"} 7"));
    CHECK(has_line(text, bucket + "1099.511627776\"} 7"));
    CHECK(has_line(text, bucket + "+Inf\"} 12"));
}

TEST_CASE("a quantile by Prometheus' rule differs from the observer's by less than a tenth", "[prometheus]") {
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 200; ++round) {
        // All values near one another are the worst case: then they lie in one bucket, at its lower end or
        // its upper one.
        const double value = std::exp2(std::uniform_real_distribution<double>(12, 37.9)(random));
        const auto area = std::make_unique<HistogramArea>();
        for (int i = 0; i < 100; ++i)
            area->add(
                static_cast<std::uint64_t>(value * std::uniform_real_distribution<double>(1, 1.001)(random)),
                1);
        View view = sample_view(1);
        view.now->waiting = Histogram(*area);
        for (const double p : {0.5, 0.99}) {
            const double theirs = quantile_by_prometheus(prometheus_text(view), "waiting", p);
            const double ours = static_cast<double>(view.now->waiting.quantile(p)) / 1e9;
            CAPTURE(value, p, theirs, ours);
            CHECK(std::abs(theirs - ours) < ours / 10);
        }
    }
}

TEST_CASE("every metric is named by Prometheus' conventions, once, and documented", "[prometheus]") {
    const std::string page = read_file(OBSERVER_DOCUMENTATION);
    std::set<std::string> names;
    std::string name;
    for (const auto& line : lines_of(prometheus_text(sample_view(2)))) {
        std::istringstream words(line);
        std::string hash;
        std::string what;
        std::string rest;
        words >> hash >> what;
        if (hash != "#") {
            CHECK(line.find(name) == 0);  // the samples of a family follow its description
            continue;
        }
        words >> name >> rest;
        INFO(line);
        if (what == "HELP") {
            CHECK(names.insert(name).second);
            CHECK(page.find('`' + name.substr(std::string("invoice_pipeline_").size()) + '`') !=
                  std::string::npos);
            CHECK(line.back() == '.');
            continue;
        }
        CHECK(name.ends_with("_total") == (rest == "counter"));
        if (rest == "histogram") CHECK(name.ends_with("_seconds"));
    }
    CHECK(names.size() > 15);
}

TEST_CASE("labels are escaped", "[prometheus]") {
    View view = sample_view(1);
    view.now->source = "lines:/a\"b\\c\nd";
    CHECK(prometheus_text(view).find(R"(source="lines:/a\"b\\c\\x0ad")") != std::string::npos);
}

TEST_CASE("labels are UTF-8 that commands nothing, whatever a path is called", "[prometheus]") {
    View view = sample_view(1);
    view.name = "\xe2\x80\xae";
    view.now->source = "lines:/M\xfcller";
    view.now->ledger = "sqlite:/\xc2\x9bJ";
    const std::string text = prometheus_text(view);
    CHECK(text.find(R"(source="lines:/M\\xfcller")") != std::string::npos);
    CHECK(text.find(R"(ledger="sqlite:/\\xc2\\x9bJ")") != std::string::npos);
    CHECK(text.find(view.name) == std::string::npos);
}

TEST_CASE("of a pipeline that is not there the metrics say that", "[prometheus]") {
    View view;
    view.name = "x";
    const std::string text = prometheus_text(view);
    CHECK(has_line(text, "invoice_pipeline_up{pipeline=\"x\"} 0"));
    CHECK(has_line(text, "invoice_pipeline_healthy{pipeline=\"x\"} 0"));
    CHECK(has_line(text, "invoice_pipeline_build_info{pipeline=\"x\",version=\"" PIPELINE_VERSION "\"} 1"));
    CHECK(text.find("acquired") == std::string::npos);
}
