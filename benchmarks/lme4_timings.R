# Time lme4, lmerTest and pbkrtest on the data that mixed_models.py hands over; print one "name,seconds" line each.
#   Rscript lme4_timings.R balanced.csv missing.csv
suppressPackageStartupMessages({ library(lme4); library(lmerTest); library(pbkrtest) })
args <- commandArgs(trailingOnly = TRUE)
read <- function(path) {
  d <- read.csv(path, stringsAsFactors = TRUE)
  d$load <- factor(d$load); d
}
formula <- value ~ condition * load + (1 + condition | participant)
quiet <- function(expr) suppressMessages(suppressWarnings(expr))
per_call <- function(expr_fun, times) {
  quiet(expr_fun())
  seconds <- replicate(times, system.time(quiet(expr_fun()))[["elapsed"]])
  if (times >= 10) median(seconds) else min(seconds)
}
loop <- function(expr_fun, times) {  # a clock tick is a millisecond: time many calls at once
  quiet(expr_fun())
  system.time(for (i in seq_len(times)) quiet(expr_fun()))[["elapsed"]] / times
}
say <- function(name, seconds) cat(sprintf("%s,%.9g\n", name, seconds))

balanced <- read(args[1]); missing <- read(args[2])
say("fit", loop(function() lme4::lmer(formula, balanced), 30))
m <- quiet(lmerTest::lmer(formula, balanced))
say("kenward_roger_type_3", per_call(function() anova(m, ddf = "Kenward-Roger"), 3))
say("satterthwaite_type_3", per_call(function() anova(lmerTest::lmer(formula, balanced)), 3))
plain <- quiet(lme4::lmer(formula, balanced)); gaps <- quiet(lme4::lmer(formula, missing))
set.seed(1)
y_balanced <- as.matrix(simulate(plain, 40)); y_gaps <- as.matrix(simulate(gaps, 40))
each <- function(model, responses) {
  quiet(refit(model, responses[, 1]))
  system.time(for (i in seq_len(ncol(responses))) quiet(refit(model, responses[, i])))[["elapsed"]] / ncol(responses)
}
say("refit_balanced", each(plain, y_balanced))
say("refit_missing", each(gaps, y_gaps))
cat(sprintf("# R %s lme4 %s lmerTest %s pbkrtest %s\n", getRversion(), packageVersion("lme4"), packageVersion("lmerTest"),
            packageVersion("pbkrtest")))
