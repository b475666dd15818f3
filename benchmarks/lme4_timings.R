# Time lme4, lmerTest and pbkrtest on the data that mixed_models.py hands over; print "task,seconds" lines, CPU time per call.
#   Rscript lme4_timings.R balanced.csv missing.csv
suppressPackageStartupMessages({ library(lme4); library(lmerTest); library(pbkrtest) })
args <- commandArgs(trailingOnly = TRUE)
read <- function(path) {
  d <- read.csv(path, stringsAsFactors = TRUE)
  d$load <- factor(d$load)
  d
}
formula <- value ~ condition * load + (1 + condition | participant)
quiet <- function(expr) suppressMessages(suppressWarnings(expr))
cpu <- function() sum(proc.time()[c("user.self", "sys.self")])
loop <- function(call, times) {
  quiet(call(1))
  start <- cpu()
  for (i in seq_len(times)) quiet(call(i))
  (cpu() - start) / times
}
say <- function(task, seconds) cat(sprintf("%s,%.9g\n", task, seconds))

balanced <- read(args[1]); missing <- read(args[2])
say("fit", loop(function(i) lme4::lmer(formula, balanced), 30))
m <- quiet(lmerTest::lmer(formula, balanced))
say("kenward_roger_type_3", loop(function(i) anova(m, ddf = "Kenward-Roger"), 3))
say("satterthwaite_type_3", loop(function(i) anova(m), 5))
plain <- quiet(lme4::lmer(formula, balanced)); gaps <- quiet(lme4::lmer(formula, missing))
set.seed(1)
y <- as.matrix(simulate(plain, 60)); z <- as.matrix(simulate(gaps, 60))
say("refit_balanced", loop(function(i) refit(plain, y[, i]), 60))
say("refit_missing", loop(function(i) refit(gaps, z[, i]), 60))
cat(sprintf("# R %s, lme4 %s, lmerTest %s, pbkrtest %s\n", getRversion(), packageVersion("lme4"), packageVersion("lmerTest"),
            packageVersion("pbkrtest")))
