# Time metafor and clubSandwich on the data that effects.py hands over; print "task,seconds" lines, CPU time per call.
#   Rscript metafor_timings.R few.csv many.csv
suppressPackageStartupMessages({ library(metafor); library(clubSandwich) })
args <- commandArgs(trailingOnly = TRUE)
few <- read.csv(args[1]); many <- read.csv(args[2])
few$vi <- few$std_error^2; many$vi <- many$std_error^2
cpu <- function() sum(proc.time()[c("user.self", "sys.self")])
loop <- function(call, times) {
  suppressWarnings(suppressMessages(call()))
  start <- cpu()
  for (i in seq_len(times)) suppressWarnings(suppressMessages(call()))
  (cpu() - start) / times
}
say <- function(task, seconds) cat(sprintf("%s,%.9g\n", task, seconds))
levels <- ~ 1 | study/row

say("reml", loop(function() rma(estimate, vi, data = few, test = "knha"), 40))
say("regression", loop(function() rma(estimate, vi, mods = ~ year, data = few, test = "knha"), 40))
say("three_levels", loop(function() rma.mv(estimate, vi, random = levels, data = few, test = "t"), 8))
say("three_levels_year", loop(function() rma.mv(estimate, vi, mods = ~ year, random = levels, data = few, test = "t"), 8))
V <- vcalc(vi, cluster = study, obs = row, rho = .6, data = few)
say("three_levels_shared", loop(function() rma.mv(estimate, V, random = levels, data = few, test = "t"), 8))
say("three_levels_500", loop(function() rma.mv(estimate, vi, random = levels, data = many, test = "t"), 2))
fit <- rma.mv(estimate, vi, random = levels, data = few, test = "t")
say("robust", loop(function() coef_test(fit, vcov = "CR2", cluster = few$study), 8))
one <- rma(estimate, vi, data = few, test = "knha")
say("left_out", loop(function() leave1out(one), 5))
cat(sprintf("# R %s, metafor %s, clubSandwich %s\n", getRversion(), packageVersion("metafor"), packageVersion("clubSandwich")))
