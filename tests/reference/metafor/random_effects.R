# Random-effects meta-analyses by metafor, all estimators and tests on eight data sets; meta-regressions; diagnostics.
# Run: Rscript random_effects.R   (writes random_effects.json)
suppressMessages({library(metafor); library(jsonlite)})
tight <- list(threshold = 1e-12, maxiter = 1000)
sets <- list(
  bcg = escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg),
  raudenbush1985 = dat.raudenbush1985,
  hackshaw1998 = dat.hackshaw1998,
  normand1999 = escalc(measure = "SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999),
  curtis1998 = escalc(measure = "ROM", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.curtis1998),
  bangertdrowns2004 = dat.bangertdrowns2004,
  three = data.frame(yi = c(.2, .9, .5), vi = c(.04, .06, .09)),
  two = data.frame(yi = c(.1, .7), vi = c(.04, .03)),
  homogeneous = data.frame(yi = c(.31, .28, .33, .30, .29, .35), vi = c(.02, .03, .025, .04, .015, .05)))
keep <- function(r) list(b = as.numeric(r$beta), se = r$se, stat = as.numeric(r$zval), p = r$pval, lo = r$ci.lb, hi = r$ci.ub,
  tau2 = r$tau2, i2 = r$I2, h2 = r$H2, QE = r$QE, QEp = r$QEp, QM = r$QM, QMp = r$QMp, ll = as.numeric(logLik(r)))
one <- function(d, m, test, mods = NULL) {
  r <- tryCatch(if (is.null(mods)) rma(yi, vi, data = d, method = m, test = test, control = if (m == "PM") list(tol = 1e-14, tau2.max = 1e3) else tight)
                else rma(yi, vi, mods = mods, data = d, method = m, test = test,
                         control = if (m == "PM") list(tol = 1e-14, tau2.max = 1e3) else tight), error = function(e) NULL)
  if (is.null(r)) return(NULL)
  x <- keep(r)
  if (is.null(mods)) {
    pr <- predict(r); x$pi <- c(pr$pi.lb, pr$pi.ub)
    if (m != "FE") { ri <- tryCatch(predict(r, pi.type = "Riley"), error = function(e) NULL)
      if (!is.null(ri)) x$riley <- c(ri$pi.lb, ri$pi.ub)
      x$ci_tau2 <- tryCatch(unname(unlist(confint(r, control = list(tau2.max = 1e5, tol = 1e-12))$random["tau^2", 2:3])), error = function(e) NULL) }
    x$weights <- as.numeric(weights(r))
  }
  x
}
out <- list()
for (s in names(sets)) {
  d <- sets[[s]]; d <- d[!is.na(d$yi) & !is.na(d$vi), ]; sets[[s]] <- d
  fits <- list()
  for (m in c("REML", "DL", "PM", "ML", "HE", "SJ", "EB", "FE")) for (test in c("z", "knha", "adhoc"))
    fits[[paste(m, test)]] <- one(d, m, test)
  out[[s]] <- list(yi = as.numeric(d$yi), vi = as.numeric(d$vi), fits = fits)
}
b <- sets$bcg
out$regression <- list(ablat = b$ablat, year = b$year, alloc = as.character(b$alloc))
for (m in c("REML", "DL", "PM", "ML", "HE", "SJ", "FE")) for (test in c("z", "knha"))
  out$regression[[paste(m, test)]] <- one(b, m, test, ~ ablat + year)
out$regression$alloc_knha <- one(b, "REML", "knha", ~ factor(alloc))
set.seed(1)
out$regression$permutation <- permutest(rma(yi, vi, mods = ~ ablat + year, data = b, control = tight), iter = 4000, progbar = FALSE)$pval

r <- rma(yi, vi, data = b, control = tight)
inf <- influence(r)
out$influence <- c(as.list(as.data.frame(inf$inf)[c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat", "weight")]),
                   list(dfbs = inf$dfbs[[1]]))
l1 <- leave1out(rma(yi, vi, data = b, test = "knha", control = tight))
out$leave1out <- list(estimate = l1$estimate, se = l1$se, lo = l1$ci.lb, hi = l1$ci.ub, tau2 = l1$tau2, Q = l1$Q, i2 = l1$I2)
cu <- cumul(rma(yi, vi, data = b, control = tight), order = b$year)
out$cumulative <- list(estimate = cu$estimate, se = cu$se, tau2 = cu$tau2, lo = cu$ci.lb, hi = cu$ci.ub)
e1 <- regtest(r); e2 <- regtest(r, model = "lm"); e3 <- regtest(rma(yi, vi, data = b, test = "knha", control = tight))
out$egger <- list(mixed = list(stat = e1$zval, p = e1$pval, est = e1$est, lo = e1$ci.lb, hi = e1$ci.ub),
                  classic = list(stat = e2$zval, p = e2$pval, df = e2$dfs, est = e2$est, lo = e2$ci.lb, hi = e2$ci.ub),
                  knha = list(stat = e3$zval, p = e3$pval))
pet <- summary(lm(yi ~ sqrt(vi), weights = 1 / vi, data = b))$coefficients
peese <- summary(lm(yi ~ vi, weights = 1 / vi, data = b))$coefficients
out$pet <- list(est = pet[, 1], se = pet[, 2], t = pet[, 3], p = pet[, 4])
out$peese <- list(est = peese[, 1], se = peese[, 2], t = peese[, 3], p = peese[, 4])
out$versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")))
write_json(out, "random_effects.json", digits = NA, auto_unbox = TRUE, na = "null", pretty = FALSE)
