// SPDX-License-Identifier: Apache-2.0
#include "observer/show/prometheus.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "common/base/printable.hpp"
#include "observer/show/numbers.hpp"

namespace pipeline {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNsPerSecond = 1e9;
constexpr std::array<Activity, kActivities> kAll{Activity::Working, Activity::WaitingForInput,
                                                 Activity::WaitingForRoom, Activity::Flushing};

// The metric families of one scrape. Adds the prefix "invoice_pipeline_" to each name, and the label
// `pipeline` to each metric. Makes all labels safe with safe_line(): Prometheus would refuse the whole scrape
// if one label were not UTF-8.
class Families {
  public:
    explicit Families(std::string pipeline) : pipeline_(std::move(pipeline)) {}

    void begin(const char* name, const char* help, MetricType type) {
        MetricFamily family;
        family.name = std::string("invoice_pipeline_") + name;
        family.help = help;
        family.type = type;
        families_.push_back(std::move(family));
    }
    void add(double value, Labels labels = {}) {
        ClientMetric metric;
        metric.label = with_pipeline(std::move(labels));
        if (families_.back().type == MetricType::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
        families_.back().metric.push_back(std::move(metric));
    }
    void add(const ClientMetric::Histogram& histogram) {
        ClientMetric metric;
        metric.label = with_pipeline({});
        metric.histogram = histogram;
        families_.back().metric.push_back(std::move(metric));
    }
    void gauge(const char* name, const char* help, double value) {
        begin(name, help, MetricType::Gauge);
        add(value);
    }
    [[nodiscard]] const std::vector<MetricFamily>& all() const noexcept { return families_; }

  private:
    [[nodiscard]] Labels with_pipeline(Labels labels) const {
        labels.insert(labels.begin(), ClientMetric::Label{"pipeline", pipeline_});
        for (ClientMetric::Label& label : labels) label.value = safe_line(label.value);
        return labels;
    }
    std::string pipeline_;
    std::vector<MetricFamily> families_;
};

// The bounds of a histogram for Prometheus, in ns. From 2^12 (4 us) to 2^38 (4.6 min), each is less than a
// tenth above the one before, so a quantile that Prometheus computes is off by less than that; further ones
// are powers of two from 2^10 to 2^40 (18 min). The buckets in shared memory have these bounds too, so the
// counts are exact but for values that equal a bound: the buckets count them above it, while Prometheus's
// `le` counts them below.
const std::vector<std::uint64_t>& bounds() {
    static const auto all = [] {
        constexpr std::array<std::uint64_t, 9> kSteps{32, 34, 37, 40, 43, 46, 50, 54, 59};  // of 32, up to 64
        std::vector<std::uint64_t> bounds;
        for (unsigned bits = 10; bits <= 40; ++bits) {
            const bool is_fine = bits >= 12 && bits < 38;
            for (const std::uint64_t step : std::span(kSteps).first(is_fine ? kSteps.size() : 1))
                bounds.push_back(step << (bits - HistogramScale::kStepBits));
        }
        return bounds;
    }();
    return all;
}

ClientMetric::Histogram coarse(const Histogram& fine) {
    ClientMetric::Histogram histogram;
    for (const std::uint64_t bound : bounds())
        histogram.bucket.push_back({fine.below(bound), static_cast<double>(bound) / kNsPerSecond});
    histogram.sample_count = fine.total();
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
    histogram.sample_sum = fine.sum_ns() / kNsPerSecond;
    return histogram;
}

void add_numbers(Families& families, Subject subject, const Observation& now) {
    std::string_view begun;
    for (const Number& number : numbers_of(subject)) {
        if (number.metric == nullptr) continue;
        const Number::Value value = number.read(now);
        if (number.is_left_out && std::holds_alternative<std::monostate>(value)) continue;
        if (number.metric != begun)
            families.begin(number.metric, number.help,
                           number.type == Number::Type::Counter ? MetricType::Counter : MetricType::Gauge);
        begun = number.metric;
        families.add(as_double(value), number.label.name == nullptr
                                           ? Labels{}
                                           : Labels{{number.label.name, number.label.value}});
    }
}

void add_source_state(Families& families, const SourceCondition& source) {
    families.begin("source_state", "1 for the state that the source is in.", MetricType::Gauge);
    for (auto i = static_cast<std::uint32_t>(SourceState::Fine);
         i <= static_cast<std::uint32_t>(SourceState::Held); ++i) {
        const auto state = static_cast<SourceState>(i);
        families.add(state == source.state ? 1 : 0, {{"state", std::string(to_text(state))}});
    }
}

void add_health(Families& families, const Health& health) {
    families.gauge("healthy", "1 if it does what it is there for; /healthz and --once say why not.",
                   health.is_good ? 1 : 0);
    families.begin("health_state", "1 for the state that it is in.", MetricType::Gauge);
    for (auto i = static_cast<std::uint8_t>(HealthState::Absent);
         i <= static_cast<std::uint8_t>(HealthState::Fine); ++i) {
        const auto state = static_cast<HealthState>(i);
        families.add(state == health.state ? 1 : 0, {{"state", std::string(to_text(state))}});
    }
}

void add_histograms(Families& families, const Observation& now) {
    const auto add = [&families](const char* name, const char* help, const Histogram& histogram) {
        families.begin(name, help, MetricType::Histogram);
        families.add(coarse(histogram));
    };
    add("waiting_seconds", "From being acquired until the processing began.", now.waiting);
    add("processing_seconds", "How long the processing took.", now.processing);
    add("until_durable_seconds", "From being acquired until it was in the ledger.", now.until_durable);
}

// Returns each process's labels, and its observation.
std::vector<std::pair<Labels, const ProcessObservation*>> processes_of(const Observation& now) {
    std::vector<std::pair<Labels, const ProcessObservation*>> all;
    all.push_back({{{"process", "producer"}, {"place", ""}}, &now.producer});
    for (const ConsumerObservation& consumer : now.consumers)
        all.push_back({{{"process", "consumer"}, {"place", std::to_string(consumer.place)}}, &consumer});
    return all;
}

void add_processes(Families& families, const Observation& now) {
    const auto all = processes_of(now);
    families.begin("processes", "Producer and consumers, by their state.", MetricType::Gauge);
    for (const ProcessState state :
         {ProcessState::Running, ProcessState::Stopped, ProcessState::Dead, ProcessState::Unknown}) {
        const auto count = std::count_if(all.begin(), all.end(),
                                         [state](const auto& each) { return each.second->state == state; });
        families.add(static_cast<double>(count), {{"state", std::string(to_text(state))}});
    }
    families.gauge("wanted_consumers", "Consumers that the supervisor wants to run.",
                   now.supervisor.wanted_consumers);
    families.begin("activity_seconds_total", "What a process has spent its time on.", MetricType::Counter);
    for (const auto& [labels, process] : all) {
        for (const Activity activity : kAll) {
            Labels own = labels;
            own.push_back({"activity", std::string(to_text(activity))});
            families.add(
                static_cast<double>(process->time.ns[static_cast<std::size_t>(activity)]) / kNsPerSecond,
                own);
        }
    }
    families.begin("deaths_total", "Processes that had to be replaced.", MetricType::Counter);
    for (const auto& [labels, process] : all)
        families.add(static_cast<double>(process->deaths.count), labels);
    families.begin("private_memory_bytes", "Physical memory of a process without what it shares.",
                   MetricType::Gauge);
    for (const auto& [labels, process] : all)
        families.add(static_cast<double>(process->private_bytes), labels);
}

}  // namespace

std::string prometheus_text(const View& view) {
    Families families(view.name);
    families.gauge("up", "1 if there is a pipeline of that name that can be looked at.",
                   view.is_attached ? 1 : 0);
    families.begin("build_info", "1, with the version of the observer.", MetricType::Gauge);
    families.add(1, {{"version", PIPELINE_VERSION}});
    add_health(families, view.health);
    if (view.now) {
        families.begin("info", "Where the invoices come from and go to.", MetricType::Gauge);
        families.add(1, {{"source", printable(view.now->source)}, {"ledger", printable(view.now->ledger)}});
        families.gauge("last_moved_timestamp_seconds", "When an invoice got further for the last time.",
                       view.moved_ns == 0 ? 0 : static_cast<double>(view.now->at.at_us(view.moved_ns)) / 1e6);
        add_numbers(families, Subject::Flow, *view.now);
        add_numbers(families, Subject::Ledger, *view.now);
        add_source_state(families, view.now->source_condition);
        add_numbers(families, Subject::Source, *view.now);
        add_histograms(families, *view.now);
        add_processes(families, *view.now);
    }
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families.all());
    return text.str();
}

}  // namespace pipeline
