// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/invoice_environment.hpp"

#include <stdlib.h>

#include <algorithm>

#include "tests/support/catch.hpp"

using pipeline::InvoiceEnvironment;
using Variables = std::vector<std::string>;

namespace {

// Returns the variables that are about invoices, but not INVOICE_SAMPLES, with which these tests may be run.
Variables only_ours(const Variables& variables) {
    Variables ours;
    std::copy_if(variables.begin(), variables.end(), std::back_inserter(ours),
                 [](const std::string& variable) {
                     return variable.starts_with("INVOICE_") && !variable.starts_with("INVOICE_SAMPLES=");
                 });
    return ours;
}

// A variable of this process's environment.
class Inherited {
  public:
    Inherited(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    Inherited(const Inherited&) = delete;
    Inherited& operator=(const Inherited&) = delete;
    ~Inherited() { ::unsetenv(name_); }

  private:
    const char* name_;
};

}  // namespace

TEST_CASE("an attempt has the invoice in its environment, a program of many invoices has not",
          "[invoice-environment]") {
    InvoiceEnvironment environment("lines:/a b", 3);
    CHECK(only_ours(environment.of_attempt("x=y", 2)) ==
          Variables{"INVOICE_PLACE=3", "INVOICE_SOURCE=lines:/a b", "INVOICE_ID=x=y", "INVOICE_ATTEMPT=2"});
    CHECK(only_ours(environment.of_attempt("z", 1)) ==
          Variables{"INVOICE_PLACE=3", "INVOICE_SOURCE=lines:/a b", "INVOICE_ID=z", "INVOICE_ATTEMPT=1"});
    CHECK(only_ours(environment.of_program()) == Variables{"INVOICE_PLACE=3", "INVOICE_SOURCE=lines:/a b"});
}

TEST_CASE("the environment is inherited, but not the variables of an outer pipeline",
          "[invoice-environment]") {
    const Inherited id("INVOICE_ID", "outer");
    const Inherited attempt("INVOICE_ATTEMPT", "7");
    const Inherited place("INVOICE_PLACE", "9");
    const Inherited other("INVOICE_IDS", "a=b\nc");
    InvoiceEnvironment environment("sequence", 0);
    CHECK(only_ours(environment.of_program()) ==
          Variables{"INVOICE_IDS=a=b\nc", "INVOICE_PLACE=0", "INVOICE_SOURCE=sequence"});
    CHECK(environment.of_attempt("1", 1).size() == environment.of_program().size() + 2);
}
