# Effect sizes of known packages, for comparison. Run: Rscript effects.R   (writes effects.json beside itself)
suppressMessages({library(metafor); library(effectsize); library(jsonlite)})

paired <- data.frame(
  n = c(18, 10, 6, 30, 20, 8), m1 = c(59, 8.7, 121.3, 36.5, 30.6, 102.5), m2 = c(50, 7.7, 88.1, 35.75, 23.5, 110.2),
  s1 = c(15, 0.8232726, 20.4, 6.1, 15, 18.3), s2 = c(15, 0.9486833, 11.9, 5.3, 3.1, 9.7),
  r = c(.86, .7255423, .3, .95, .64, -.2))
independent <- data.frame(
  n1 = c(15, 10, 6, 30, 8), n2 = c(14, 10, 9, 12, 40), m1 = c(112.4, 8.7, 121.3, 36.5, 90.1),
  m2 = c(106.9, 7.7, 88.1, 35.75, 103.2), s1 = c(26, .8232726, 20.4, 6.1, 18.3), s2 = c(25, .9486833, 11.9, 5.3, 9.7))

esc <- function(measure, ...) {x <- escalc(measure, ...); list(yi = as.numeric(x$yi), vi = as.numeric(x$vi))}
p <- paired; i <- independent
# metafor's SMCR divides by sd1i, so the pre measurement is given as its first and the sign is turned round
turned <- function(x) {x$yi <- -x$yi; x}
out <- list(
  paired = p, independent = i,
  SMCC = esc("SMCC", m1i = p$m1, m2i = p$m2, sd1i = p$s1, sd2i = p$s2, ni = p$n, ri = p$r),
  SMCR = turned(esc("SMCR", m1i = p$m2, m2i = p$m1, sd1i = p$s2, sd2i = p$s1, ni = p$n, ri = p$r)),
  SMCRH = turned(esc("SMCRH", m1i = p$m2, m2i = p$m1, sd1i = p$s2, sd2i = p$s1, ni = p$n, ri = p$r)),
  ROMC = esc("ROMC", m1i = p$m1, m2i = p$m2, sd1i = p$s1, sd2i = p$s2, ni = p$n, ri = p$r),
  MC = esc("MC", m1i = p$m1, m2i = p$m2, sd1i = p$s1, sd2i = p$s2, ni = p$n, ri = p$r),
  SMD = esc("SMD", m1i = i$m1, m2i = i$m2, sd1i = i$s1, sd2i = i$s2, n1i = i$n1, n2i = i$n2),
  SMD1 = esc("SMD1", m1i = i$m1, m2i = i$m2, sd1i = i$s1, sd2i = i$s2, n1i = i$n1, n2i = i$n2),
  SMD1H = esc("SMD1H", m1i = i$m1, m2i = i$m2, sd1i = i$s1, sd2i = i$s2, n1i = i$n1, n2i = i$n2),
  ROM = esc("ROM", m1i = i$m1, m2i = i$m2, sd1i = i$s1, sd2i = i$s2, n1i = i$n1, n2i = i$n2),
  MD = esc("MD", m1i = i$m1, m2i = i$m2, sd1i = i$s1, sd2i = i$s2, n1i = i$n1, n2i = i$n2))

# raw data: Lakens's movies, Student's sleep, and a skewed pair
raw <- list(
  movies = list(x = c(9,7,8,9,8,9,9,10,9,9), y = c(9,6,7,8,7,9,8,8,8,7)),
  sleep = list(x = c(0.7,-1.6,-0.2,-1.2,-0.1,3.4,3.7,0.8,0,2), y = c(1.9,0.8,1.1,0.1,-0.1,4.4,5.5,1.6,4.6,3.4)),
  emg = list(x = c(61.2,48.9,75.3,33.1,90.4,55.5,41.7), y = c(52.0,47.1,70.9,30.2,71.8,49.9,43.0)))
num <- function(x) {x <- as.data.frame(x); as.list(x[sapply(x, is.numeric)])}
attempt <- function(e) tryCatch(num(e), error = function(f) list(error = conditionMessage(f)))
out$raw <- lapply(raw, function(d) { x <- d$x; y <- d$y; list(
  x = x, y = y,
  d_z = attempt(cohens_d(x, y, paired = TRUE)), g_z = attempt(hedges_g(x, y, paired = TRUE)),
  d_s = attempt(cohens_d(x, y)), g_s = attempt(hedges_g(x, y)),
  glass = attempt(glass_delta(x, y)),
  t_paired = num(t.test(x, y, paired = TRUE)[c("statistic", "parameter", "p.value", "estimate")]),
  ci_paired = as.numeric(t.test(x, y, paired = TRUE)$conf.int),
  t_welch = num(t.test(x, y)[c("statistic", "parameter", "p.value")]), ci_welch = as.numeric(t.test(x, y)$conf.int),
  ci_pooled = as.numeric(t.test(x, y, var.equal = TRUE)$conf.int),
  p_superiority = attempt(p_superiority(x, y)), p_superiority_paired = attempt(p_superiority(x, y, paired = TRUE)),
  p_superiority_rank = attempt(p_superiority(x, y, parametric = FALSE)),
  p_superiority_rank_paired = attempt(p_superiority(x, y, parametric = FALSE, paired = TRUE)),
  cliffs_delta = attempt(cliffs_delta(x, y)), rank_biserial_paired = attempt(rank_biserial(x, y, paired = TRUE)),
  means_ratio = attempt(means_ratio(x, y, log = TRUE, adjust = FALSE)),
  means_ratio_paired = attempt(means_ratio(x, y, paired = TRUE, log = TRUE, adjust = FALSE)))})

fs <- data.frame(F = c(6.7133, 0.4, 22.5, 40.7191, 1.2, 300), df1 = c(2, 1, 1, 2, 8, 3), df2 = c(34, 17, 9, 18, 136, 12))
two <- function(f, ...) num(do.call(rbind, lapply(seq_len(nrow(fs)), function(k)
  as.data.frame(f(fs$F[k], fs$df1[k], fs$df2[k], ci = .90, alternative = "two.sided")))))
out$F <- fs
out$eta <- two(F_to_eta2); out$omega <- two(F_to_omega2); out$epsilon <- two(F_to_epsilon2)

# limits of noncentrality by root finding on R's own distribution functions, where R is accurate (|ncp| < 37)
ts <- expand.grid(t = c(-12, -3, -.4, 0, .1, 1.5, 4.743416, 9, 22), df = c(1, 2, 5, 9, 17, 29, 58, 300))
edge <- function(t, df, p) suppressWarnings(tryCatch(
  uniroot(function(l) pt(t, df, l) - p, c(-37, 37), tol = 1e-13)$root, error = function(e) NA))
ts$low <- mapply(edge, ts$t, ts$df, .975); ts$high <- mapply(edge, ts$t, ts$df, .025)
out$nct <- ts
fe <- function(F, a, b, p) if (pf(F, a, b) < p) 0 else uniroot(function(l) pf(F, a, b, l) - p, c(0, 5000), tol = 1e-12)$root
fs$low <- mapply(fe, fs$F, fs$df1, fs$df2, .95); fs$high <- mapply(fe, fs$F, fs$df1, fs$df2, .05)
out$ncf <- fs

out$versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
                     effectsize = as.character(packageVersion("effectsize")))
write_json(out, "effects.json", digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE)
