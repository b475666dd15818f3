# Fit every case of cases.json with lme4, lmerTest, pbkrtest and emmeans; write results/<id>.json.
#   MMC_REAL_DATA=... STATSMODELS=... Rscript run_reference.R [id ...]
# MMC_REAL_DATA is the folder of the openly licensed real files, STATSMODELS that of the installed Python package.
suppressPackageStartupMessages({
  library(lme4); library(lmerTest); library(pbkrtest); library(emmeans); library(jsonlite); library(numDeriv)
  library(mvtnorm)
})
emm_options(pbkrtest.limit = 1e5, lmerTest.limit = 1e5)
set.seed(20261121)
grid <- fromJSON("cases.json", simplifyVector = TRUE, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
quiet <- function(expr) suppressMessages(suppressWarnings(expr))

# ---- data ---------------------------------------------------------------------------------------------------------
read_data <- function(spec, coding, derive) {
  path <- if (!is.null(spec$file)) spec$file else if (!is.null(spec$real)) {
    file.path(Sys.getenv("MMC_REAL_DATA"), spec$real)
  } else file.path(Sys.getenv("STATSMODELS"), spec$statsmodels)
  d <- read.csv(path, check.names = FALSE, stringsAsFactors = FALSE)
  names(d)[names(d) == ""] <- "row"
  for (col in names(spec$where)) d <- d[as.character(d[[col]]) == spec$where[[col]], , drop = FALSE]
  old <- names(d)
  for (from in names(spec$rename)) names(d)[old == from] <- spec$rename[[from]]
  for (col in c("participant", unlist(spec$ids))) if (col %in% names(d)) d[[col]] <- factor(as.character(d[[col]]))
  for (col in names(spec$factors)) d[[col]] <- factor(as.character(d[[col]]), levels = spec$factors[[col]])
  for (col in names(coding)) {
    k <- nlevels(d[[col]])
    if (coding[[col]] == "sum") {
      m <- contr.sum(k); colnames(m) <- levels(d[[col]])[-k]; contrasts(d[[col]]) <- m
    } else contrasts(d[[col]]) <- contr.poly(k)
  }
  for (col in names(derive)) d[[col]] <- d[[derive[[col]]$from]] * derive[[col]]$factor + derive[[col]]$offset
  rownames(d) <- NULL
  d
}

# ---- the optimum: several optimisers, then Newton on the deviance by Richardson differences -----------------------------
control <- function(optimizer) {
  tight <- list(nloptwrap = list(xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e5),
                bobyqa = list(rhoend = 1e-10, maxfun = 1e5), Nelder_Mead = list(maxfun = 1e5, FtolRel = 1e-15, XtolRel = 1e-12))
  lmerControl(optimizer = optimizer, optCtrl = tight[[optimizer]], calc.derivs = FALSE, check.conv.singular = "ignore",
              check.nobs.vs.nRE = "ignore", check.nobs.vs.nlev = "ignore", check.rankX = "silent.drop.cols",
              check.scaleX = "ignore", check.conv.grad = "ignore", check.conv.hess = "ignore")
}

polish <- function(devfun, theta, lower) {
  value <- devfun(theta)
  for (i in 1:8) {
    free <- !(lower == 0 & theta <= 1e-6)
    if (!any(free)) break
    f <- function(t) { x <- theta; x[free] <- t; devfun(x) }
    g <- grad(f, theta[free]); e <- eigen(hessian(f, theta[free]), symmetric = TRUE)
    keep <- e$values > 1e-6 * max(abs(e$values))
    if (!any(keep)) break
    step <- -drop(e$vectors[, keep, drop = FALSE] %*% (crossprod(e$vectors[, keep, drop = FALSE], g) / e$values[keep]))
    new <- theta; new[free] <- new[free] + step
    if (any(new < lower) || devfun(new) > value + 1e-9 * abs(value)) break
    theta <- new; value <- devfun(theta)
    if (max(abs(step)) < 1e-10) break
  }
  theta[lower == 0 & theta <= 1e-6] <- 0
  theta
}

result_of <- function(theta, value) {
  structure(list(par = theta, fval = value, conv = 0, message = NULL), optimizer = "bobyqa", control = control("bobyqa")$optCtrl,
            warnings = NULL)
}

optimum <- function(formula, reml, start_scale, optimizers) {
  lf <- lFormula(formula, dat, REML = reml, control = control("nloptwrap"))
  devfun <- quiet(do.call(mkLmerDevfun, lf))
  lower <- environment(devfun)$lower
  tries <- list()
  for (o in optimizers) for (s in start_scale) {
    start <- ifelse(lower == 0, s, 0)
    found <- tryCatch(quiet(optimizeLmer(devfun, optimizer = o, control = control(o)$optCtrl, start = list(theta = start))),
                      error = function(e) { message(o, ": ", conditionMessage(e)); NULL })
    if (!is.null(found)) tries[[length(tries) + 1]] <- found$par
  }
  values <- sapply(tries, devfun)
  theta <- polish(devfun, tries[[which.min(values)]], lower)
  if (devfun(theta) > min(values) + 1e-9 * abs(min(values))) theta <- tries[[which.min(values)]]
  value <- devfun(theta)
  interior <- !(lower == 0 & theta == 0)
  gradient <- rep(NA_real_, length(theta))
  if (any(interior)) {
    f <- function(t) { x <- theta; x[interior] <- t; devfun(x) }
    gradient[interior] <- grad(f, theta[interior])
  }
  value <- devfun(theta)
  call <- as.call(list(quote(lme4::lmer), formula = formula, data = quote(dat), REML = reml, control = control("nloptwrap")))
  model <- quiet(mkMerMod(environment(devfun), result_of(theta, value),
                          lf$reTrms, fr = lf$fr, mc = call))
  list(model = model, value = value, gradient = gradient, theta = theta)
}

# ---- tables -------------------------------------------------------------------------------------------------------
columns <- function(x) { x <- as.data.frame(x); lapply(x, function(v) if (is.factor(v)) as.character(v) else v) }

coefficient_table <- function(model, ddf) {
  if (!isREML(model) && ddf == "Kenward-Roger") return(NULL)
  s <- quiet(coef(summary(model, ddf = ddf)))
  ci <- qt(0.975, s[, "df"]) * s[, "Std. Error"]
  list(name = rownames(s), estimate = s[, "Estimate"], std_error = s[, "Std. Error"], df = s[, "df"],
       statistic = s[, "t value"], p_value = s[, "Pr(>|t|)"],
       conf_low = s[, "Estimate"] - ci, conf_high = s[, "Estimate"] + ci)
}

anova_table <- function(model, ddf, type) {
  if (!isREML(model) && ddf == "Kenward-Roger") return(NULL)
  a <- tryCatch(quiet(anova(model, ddf = ddf, type = type)), error = function(e) NULL)
  if (is.null(a) || nrow(a) == 0) return(NULL)
  list(term = rownames(a), num_df = a[["NumDF"]], den_df = a[["DenDF"]], statistic = a[["F value"]], p_value = a[["Pr(>F)"]])
}

tables_of <- function(model, spec, one) {
  out <- list(spec = spec, satterthwaite = one("satterthwaite"))
  if (isREML(model)) out$kenward_roger <- one("kenward-roger")
  out
}

# emmeans takes the multivariate t by simulation; here it is integrated: P(max |T| < q) = E P(|Z_i| < q s, all i), s = chi/sqrt(df)
inside <- function(q, df, corr) {
  box <- function(s) sapply(s, function(u) {
    set.seed(1)
    algorithm <- if (min(eigen(corr)$values) > 1e-8) Miwa(steps = if (ncol(corr) < 4) 1024 else 128) else
      GenzBretz(maxpts = 5e5, abseps = 1e-7, releps = 0)
    pmvnorm(rep(-q * u, ncol(corr)), rep(q * u, ncol(corr)), corr = corr, algorithm = algorithm)[1]
  })
  density <- function(s) exp(log(2) + (df / 2) * log(df / 2) - lgamma(df / 2) + (df - 1) * log(s) - df * s^2 / 2)
  steps <- if (min(eigen(corr)$values) > 1e-8) 100 else 40
  upper <- sqrt(qchisq(1e-13, df, lower.tail = FALSE) / df); lower <- sqrt(qchisq(1e-13, df) / df)
  rule <- gauss_legendre(steps)
  s <- (upper - lower) / 2 * rule$x + (upper + lower) / 2
  sum(rule$w * density(s) * box(s)) * (upper - lower) / 2
}

gauss_legendre <- function(n) {
  k <- seq_len(n - 1); b <- k / sqrt(4 * k^2 - 1)
  m <- matrix(0, n, n); m[cbind(k, k + 1)] <- b; m[cbind(k + 1, k)] <- b
  e <- eigen(m, symmetric = TRUE)
  list(x = e$values, w = 2 * e$vectors[1, ]^2)
}

exact_simultaneous <- function(found) {
  d <- as.data.frame(quiet(summary(found, infer = c(FALSE, TRUE), adjust = "none")))
  v <- quiet(vcov(found)); by <- found@misc$by.vars
  group <- if (length(by)) interaction(d[by], drop = TRUE) else factor(rep(1, nrow(d)))
  p <- critical <- numeric(nrow(d))
  for (g in levels(group)) {
    i <- which(group == g); corr <- cov2cor(v[i, i, drop = FALSE])
    for (j in i) {
      p[j] <- 1 - inside(abs(d$t.ratio[j]), d$df[j], corr)
      critical[j] <- if (j > i[1] && abs(d$df[j] - d$df[j - 1]) < 1e-9) critical[j - 1] else
        uniroot(function(q) inside(q, d$df[j], corr) - 0.95, c(1.9, 7), tol = 1e-8)$root
    }
  }
  list(p_exact = p, critical_exact = critical)
}

means_of <- function(model, spec, mode) {
  arg <- list(object = model, specs = unlist(spec$specs), lmer.df = mode, data = dat)
  if (length(spec$by)) arg$by <- unlist(spec$by)
  if (length(spec$at)) arg$at <- lapply(spec$at, unlist)
  if (!is.null(spec$weights)) arg$weights <- spec$weights
  if (length(spec$specs) && length(spec$by)) arg$specs <- unlist(spec$specs)
  quiet(do.call(emmeans, arg))
}

mean_tables <- function(model, specs) lapply(specs, function(spec) {
  one <- function(mode) columns(quiet(summary(means_of(model, spec, mode), infer = c(TRUE, TRUE), level = 0.95)))
  tables_of(model, spec, one)
})

contrast_of <- function(emm, spec) {
  adjust <- if (is.null(spec$adjust)) "none" else spec$adjust
  if (isTRUE(spec$interaction)) return(contrast(emm, interaction = "pairwise", adjust = adjust))
  if (is.list(spec$method)) return(contrast(emm, method = lapply(spec$method, unlist), adjust = adjust))
  method <- c(pairwise = "pairwise", control = "trt.vs.ctrl1", polynomial = "poly")[[spec$method]]
  contrast(emm, method = method, adjust = adjust)
}

contrast_tables <- function(model, specs) lapply(specs, function(spec) {
  one <- function(mode) {
    emm <- means_of(model, spec, mode)
    found <- contrast_of(emm, spec)
    out <- columns(quiet(summary(found, infer = c(TRUE, TRUE), level = 0.95)))
    if (identical(spec$adjust, "mvt")) out <- c(out, exact_simultaneous(found))
    out
  }
  tables_of(model, spec, one)
})

slope_tables <- function(model, specs) lapply(specs, function(spec) {
  one <- function(mode) columns(quiet(summary(emtrends(model, unlist(spec$by), var = spec$covariate, lmer.df = mode, data = dat),
                                              infer = c(TRUE, TRUE))))
  tables_of(model, spec, one)
})

variance_table <- function(model) {
  v <- as.data.frame(VarCorr(model))
  list(grouping = v$grp, name_1 = v$var1, name_2 = v$var2, vcov = v$vcov, sdcor = v$sdcor)
}

effects_table <- function(model) {
  r <- as.data.frame(ranef(model, condVar = TRUE))
  list(grouping = as.character(r$grpvar), term = as.character(r$term), level = as.character(r$grp),
       estimate = r$condval, cond_sd = r$condsd)
}

spread <- function(a, b) {
  numbers <- function(x) unlist(if (is.list(x)) Filter(is.numeric, x) else x)
  a <- numbers(a); b <- numbers(b); ok <- is.finite(a) & is.finite(b)
  if (!any(ok)) return(0)
  max(abs(a[ok] - b[ok]) / pmax(abs(a[ok]), 1e-300))
}

compare_table <- function(formula_0, formula_1) {
  a <- optimum(formula_0, FALSE, c(1, 0.3), c("nloptwrap", "bobyqa"))
  b <- optimum(formula_1, FALSE, c(1, 0.3), c("nloptwrap", "bobyqa"))
  chi2 <- a$value - b$value
  df <- attr(logLik(b$model), "df") - attr(logLik(a$model), "df")
  list(statistic = chi2, df = df, p_value = pchisq(chi2, df, lower.tail = FALSE),
       loglik_0 = -a$value / 2, loglik_1 = -b$value / 2)
}

# lme4 interpolates its profiles by a spline, right to 1e-3 or so; here the limits are solved for: dense V, nlminb, uniroot.
# Only for models whose random terms are scalar, (1 | g) or (0 + x | g); parameters are the terms' sds and sigma.
exact_profile <- function(model) {
  x <- getME(model, "X"); y <- getME(model, "y"); terms <- getME(model, "Ztlist")
  stopifnot(length(terms) == length(getME(model, "theta")))
  parts <- c(lapply(terms, function(zt) as.matrix(crossprod(zt))), list(diag(length(y))))
  minus_2 <- function(sds) {
    root <- tryCatch(chol(Reduce(`+`, Map(function(s, v) s^2 * v, sds, parts))), error = function(e) NULL)
    if (is.null(root)) return(1e10)
    wx <- backsolve(root, x, transpose = TRUE); wy <- backsolve(root, y, transpose = TRUE)
    length(y) * log(2 * pi) + 2 * sum(log(diag(root))) + sum(qr.resid(qr(wx), wy)^2)
  }
  k <- length(parts); size <- sd(y)
  fit <- function(start, fixed, value) {
    free <- setdiff(seq_len(k), fixed)
    full <- function(p) { s <- numeric(k); s[free] <- p * size; if (length(fixed)) s[fixed] <- value; s }
    found <- nlminb(start[free] / size, function(p) minus_2(full(p)), lower = c(rep(0, k - 1), 1e-4)[free],
                    control = list(rel.tol = 1e-14, x.tol = 1e-10, eval.max = 1000, iter.max = 500))
    list(value = found$objective, at = full(found$par))
  }
  ml <- refitML(model)
  start <- c(as.data.frame(VarCorr(ml))$sdcor[seq_len(k - 1)] + 0.05 * size, sigma(ml))
  best <- fit(start, integer(0)); target <- best$value + qchisq(0.95, 1)
  limit <- function(i, low) {
    gap <- function(v) min(fit(best$at, i, v)$value, fit(start, i, v)$value) - target
    if (low && i < k && gap(0) < 0) return(0)
    inner <- best$at[i]; outer <- if (low) (if (i < k) 0 else inner / 20) else inner * 2 + 0.2 * size
    while (!low && gap(outer) < 0) outer <- outer * 1.5
    uniroot(gap, sort(c(inner, outer)), tol = 1e-9 * size)$root
  }
  list(conf_low = sapply(seq_len(k), limit, TRUE), conf_high = sapply(seq_len(k), limit, FALSE))
}

# ---- one case -----------------------------------------------------------------------------------------------------
run_case <- function(case) {
  dat <<- read_data(grid$datasets[[case$data]], case$coding, case$derive)
  text <- if (is.null(case$r_formula)) case$formula else case$r_formula
  formula <- as.formula(text, env = globalenv())
  first <- optimum(formula, case$reml, c(1, 0.3), c("nloptwrap", "bobyqa", "Nelder_Mead"))
  second <- optimum(formula, case$reml, c(2.7, 0.05), c("bobyqa", "nloptwrap"))
  plain <- first$model
  usual <- quiet(lme4::lmer(formula, dat, REML = case$reml))
  model <- quiet(as_lmerModLmerTest(plain)); again <- quiet(as_lmerModLmerTest(second$model))
  satt <- coefficient_table(model, "Satterthwaite"); satt_2 <- coefficient_table(again, "Satterthwaite")
  kr <- coefficient_table(model, "Kenward-Roger"); kr_2 <- coefficient_table(again, "Kenward-Roger")
  f_satt <- anova_table(model, "Satterthwaite", "3"); f_satt_2 <- anova_table(again, "Satterthwaite", "3")
  f_kr <- anova_table(model, "Kenward-Roger", "3"); f_kr_2 <- anova_table(again, "Kenward-Roger", "3")
  out <- list(
    id = case$id, formula = text, reml = case$reml, n_obs = nobs(plain), n_par = attr(logLik(plain), "df"),
    criterion = first$value,
    default = list(criterion = if (case$reml) REMLcrit(usual) else deviance(usual), singular = isSingular(usual)), gradient = first$gradient, theta = first$theta, singular = isSingular(plain, tol = 1e-5),
    reproduced = list(criterion = second$value - first$value, 
      estimate = max(abs(satt$estimate - satt_2$estimate) / pmax(abs(satt$estimate), satt$std_error)),
      std_error = spread(satt$std_error, satt_2$std_error), df_satterthwaite = spread(satt$df, satt_2$df),
      f_satterthwaite = spread(f_satt, f_satt_2), df_kenward_roger = spread(kr$df, kr_2$df),
      std_error_kenward_roger = spread(kr$std_error, kr_2$std_error), f_kenward_roger = spread(f_kr, f_kr_2)),
    sigma = sigma(plain), beta = fixef(plain), names = names(fixef(plain)), vcov = as.matrix(vcov(plain)),
    vcov_kenward_roger = if (case$reml) as.matrix(vcovAdj(plain)) else NULL, variance = variance_table(plain),
    loglik = as.numeric(logLik(plain)), aic = AIC(plain), bic = BIC(plain),
    coefficients = list(satterthwaite = satt, kenward_roger = kr),
    anova = list(satterthwaite_1 = anova_table(model, "Satterthwaite", "1"),
      satterthwaite_2 = anova_table(model, "Satterthwaite", "2"), satterthwaite_3 = f_satt,
      kenward_roger_1 = anova_table(model, "Kenward-Roger", "1"),
      kenward_roger_2 = anova_table(model, "Kenward-Roger", "2"), kenward_roger_3 = f_kr),
    random_effects = effects_table(plain),
    fitted = unname(head(fitted(plain), 40)), average = unname(head(predict(plain, re.form = NA), 40)))
  if (length(case$means)) out$means <- mean_tables(model, case$means)
  if (length(case$contrasts)) out$contrasts <- contrast_tables(model, case$contrasts)
  if (length(case$slopes)) out$slopes <- slope_tables(model, case$slopes)
  if (isTRUE(case$residuals)) out$residuals <- list(response = unname(resid(plain)), pearson = unname(resid(plain, "pearson", scaled = TRUE)))
  if (isTRUE(case$profile)) {
    ci <- quiet(confint(plain, method = "profile", oldNames = FALSE, quiet = TRUE))
    exact <- exact_profile(plain)
    place <- c(grep("^sd_", rownames(ci)), grep("^sigma$", rownames(ci)))
    out$profile <- list(name = rownames(ci)[place], spline_low = ci[place, 1], spline_high = ci[place, 2],
                        conf_low = exact$conf_low, conf_high = exact$conf_high)
  }
  if (!is.null(case$compare)) out$compare <- compare_table(as.formula(case$compare, env = globalenv()), formula)
  out
}

wanted <- commandArgs(trailingOnly = TRUE)
dir.create("results", showWarnings = FALSE)
for (case in grid$cases) {
  if (length(wanted) && !(case$id %in% wanted)) next
  started <- Sys.time()
  out <- tryCatch(run_case(case), error = function(e) { message(case$id, ": ", conditionMessage(e)); NULL })
  if (!is.null(out)) {
    text <- toJSON(out, digits = I(17), auto_unbox = TRUE, null = "null", na = "null", matrix = "rowmajor")
    writeLines(text, file.path("results", paste0(case$id, ".json")))
  }
  message(case$id, " ", round(as.numeric(Sys.time() - started, units = "secs"), 1), " s")
}
packages <- c("lme4", "lmerTest", "pbkrtest", "emmeans", "numDeriv", "nloptr", "minqa", "jsonlite", "mvtnorm", "Matrix")
writeLines(c(R.version.string, paste(packages, sapply(packages, function(p) as.character(packageVersion(p))))), "versions.txt")
