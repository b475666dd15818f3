# What metafor and clubSandwich say of the sets in data.json.
# Rscript run_reference.R                       reads data.json, writes results.json
# Rscript run_reference.R more.json found.json  the same for other sets
suppressMessages({library(metafor); library(clubSandwich); library(jsonlite)})
paths <- commandArgs(TRUE); if (!length(paths)) paths <- c("data.json", "results.json")
data <- fromJSON(paths[1], simplifyDataFrame = FALSE)
quiet <- function(x) tryCatch(suppressMessages(suppressWarnings(x)), error = function(e) NULL)

design <- function(d) {
  m <- d$moderators
  if (!length(m)) return(NULL)
  if (!is.null(m$group)) m$group <- relevel(factor(m$group), "cable")
  if (!is.null(m$arm)) m$arm <- factor(m$arm)
  if ("muscle" %in% names(m)) m$muscle <- factor(d$muscle)
  if ("load" %in% names(m)) m$load <- d$load
  model.matrix(~ ., as.data.frame(m))[, -1, drop = FALSE]
}
keep <- function(r) list(b = as.numeric(r$beta), se = r$se, stat = as.numeric(r$zval), p = r$pval, lo = r$ci.lb, hi = r$ci.ub,
  QE = r$QE, QEp = r$QEp, QM = r$QM, QMp = r$QMp, ll = as.numeric(logLik(r)))

# --- independent effects ---------------------------------------------------------------------------------------------------
# metafor's tolerances are absolute, so they are set in units of the data
scale_of <- function(d) var(d$y) + min(d$v)
control <- function(d, m) if (m == "PM") list(tol = 1e-15 * scale_of(d), tau2.max = 1e4 * scale_of(d)) else
  list(threshold = 1e-13 * scale_of(d), maxiter = 20000)
with_mods <- function(f, X, ...) quiet(if (is.null(X)) f(...) else f(..., mods = X))
fit <- function(d, X, m, test) {
  r <- with_mods(rma, X, d$y, d$v, method = m, test = test, control = control(d, m))
  if (is.null(r)) r <- with_mods(rma, X, d$y, d$v, method = m, test = test, control = c(control(d, m), list(stepadj = 0.5)))
  r
}
one <- function(d, X, m, test) {
  r <- fit(d, X, m, test)
  if (is.null(r)) return(NULL)
  x <- c(keep(r), list(tau2 = r$tau2, i2 = r$I2, h2 = r$H2))
  if (is.null(X)) { p <- predict(r); x$pi <- c(p$pi.lb, p$pi.ub)
  } else { p <- predict(r)[1]; x$first <- c(p$pred, p$se, p$ci.lb, p$ci.ub, p$pi.lb, p$pi.ub) }
  x
}
profile <- function(d, X) {
  ci <- quiet(confint(fit(d, X, "REML", "z"), control =
    list(tau2.max = 1e6 * scale_of(d), tau2.min = 0, tol = 1e-15 * scale_of(d), maxiter = 10000)))
  if (is.null(ci)) NULL else unname(ci$random[c(1, 3, 4), 2:3])
}
diagnostics <- function(d, X, test) {
  r <- fit(d, X, "REML", test); x <- list()
  i <- quiet(influence(r))
  if (!is.null(i)) x$influence <- c(as.list(as.data.frame(i$inf)[c("rstudent", "dffits", "cook.d", "cov.r", "tau2.del",
    "QE.del", "hat", "weight")]), list(dfbs = unname(as.matrix(i$dfbs))))
  if (is.null(X)) {
    l <- quiet(leave1out(r)); x$leave1out <- unclass(l)[c("estimate", "se", "pval", "ci.lb", "ci.ub", "Q", "tau2", "I2")]
    cu <- quiet(do.call(cumul, list(r, order = d$year))); x$cumul <- unclass(cu)[c("estimate", "se", "ci.lb", "ci.ub", "tau2", "I2")]
    x$order <- order(d$year)
    for (model in c("rma", "lm")) { e <- quiet(regtest(r, model = model))
      if (!is.null(e)) x$egger[[model]] <- list(stat = e$zval, p = e$pval, est = e$est, lo = e$ci.lb, hi = e$ci.ub) }
  } else if (length(d$y) <= 6) {
    p <- quiet(permutest(r, exact = TRUE, progbar = FALSE)); x$permutation <- list(p = p$pval, joint = p$QMp)
  }
  x
}
independent <- function(d) {
  X <- design(d); fits <- list()
  for (m in c("REML", "DL", "PM", "ML", "HE", "SJ", "EB", "FE")) for (test in c("z", "knha", "adhoc"))
    fits[[paste(m, test)]] <- one(d, X, m, test)
  list(terms = c("intrcpt", colnames(X)), fits = fits, profile = profile(d, X), z = diagnostics(d, X, "z"),
       knha = diagnostics(d, X, "knha"))
}

# --- several effects per study ---------------------------------------------------------------------------------------------
covariance <- function(d) {
  d$effect <- seq_along(d$y); R <- data$correlations$r; dimnames(R) <- list(data$correlations$muscle, data$correlations$muscle)
  kind <- if (is.null(d$covariance)) "none" else d$covariance
  switch(kind, none = diag(d$v),
    constant = vcalc(d$v, cluster = d$study, obs = d$effect, rho = .6),
    levels = vcalc(d$v, cluster = d$study, type = d$muscle, rho = R),
    samples = vcalc(d$v, cluster = d$study, subgroup = d$sample, obs = d$effect, rho = .6),
    crossed = vcalc(d$v, cluster = d$study, type = d$muscle, time1 = d$load, rho = R, phi = .8),
    control = vcalc(d$v, cluster = d$study, grp1 = d$arm, grp2 = rep("control", length(d$y)), w1 = d$n_1, w2 = d$n_2))
}
# rma.mv searches in logarithms and stops early: two optimisers, and zeros tried as zeros; the highest likelihood is kept
searches <- list(list(optimizer = "bobyqa", rhoend = 1e-13, rhobeg = 0.5, maxfun = 50000),
                 list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 5000))
best <- function(d, V, X, method) {
  d$effect <- seq_along(d$y); found <- NULL
  # moderators about their means, so that the likelihoods keep their digits
  X0 <- if (is.null(X)) NULL else scale(X, scale = FALSE)
  for (fixed in list(c(NA, NA), c(0, NA), c(NA, 0), c(0, 0))) for (s in if (any(is.na(fixed))) searches else searches[1]) {
    r <- with_mods(rma.mv, X0, d$y, V, random = ~ 1 | study/effect, data = d[c("study", "effect")], method = method,
                   sigma2 = fixed, control = s)
    if (!is.null(r) && (is.null(found) || logLik(r) > logLik(found))) found <- r
  }
  if (is.null(X)) return(found)
  r <- quiet(rma.mv(d$y, V, mods = X, random = ~ 1 | study/effect, data = d[c("study", "effect")], method = method,
                    sigma2 = found$sigma2))
  r$fit.stats <- found$fit.stats
  r
}
several <- function(d) {
  X <- design(d); V <- covariance(d); out <- list(terms = c("intrcpt", colnames(X)))
  if (length(d$y) <= 30 && !is.null(d$covariance)) out$V <- V
  for (m in c("REML", "ML")) { r <- best(d, V, X, m); out[[m]] <- c(keep(r), list(sigma2 = r$sigma2))
    p <- predict(r)[1]; out[[m]]$first <- c(p$pred, p$se, p$ci.lb, p$ci.ub, p$pi.lb, p$pi.ub) }
  r <- best(d, V, X, "REML")
  d$effect <- seq_along(d$y); X0 <- if (is.null(X)) NULL else scale(X, scale = FALSE)
  free <- with_mods(rma.mv, X0, d$y, V, random = ~ 1 | study/effect, data = d[c("study", "effect")], control = searches[[1]])
  for (j in 1:2) { ci <- quiet(confint(free, sigma2 = j, control = list(tol = 1e-12, vc.max = 1e4 * scale_of(d), maxiter = 5000)))
    if (!is.null(ci)) out$limits[[j]] <- unname(ci$random[1, 2:3]) }
  W <- solve(V); A <- model.matrix(r); P <- W - W %*% A %*% solve(t(A) %*% W %*% A) %*% t(A) %*% W
  out$i2 <- 100 * r$sigma2 / (sum(r$sigma2) + (r$k - r$p) / sum(diag(P)))
  v <- quiet(vcovCR(r, cluster = d$study, type = "CR2"))
  t <- if (is.null(v)) NULL else quiet(coef_test(r, vcov = v, test = "Satterthwaite"))
  if (!is.null(t)) out$CR2 <- list(se = t$SE, df = if (is.null(t$df_Satt)) t$df else t$df_Satt,
                                   p = if (is.null(t$p_Satt)) t$p_val else t$p_Satt)
  out
}
out <- list(independent = lapply(data$independent, independent), multilevel = lapply(data$multilevel, several),
  versions = list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
                  clubSandwich = as.character(packageVersion("clubSandwich"))))
write_json(out, paths[2], digits = NA, auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor")
