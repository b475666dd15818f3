# What lme4 says of a fit beyond its tables: R2 and ICC by Nakagawa's formulas from its parts, fits without each
# participant, and profile limits of a correlation. Writes reference.json and versions.txt.
#   Rscript run_reference.R          (in this folder; the data are those of ../mixed_models)
suppressPackageStartupMessages({ library(lme4); library(jsonlite); library(numDeriv) })
control <- lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e5),
                       calc.derivs = FALSE, check.conv.singular = "ignore")
quiet <- function(expr) suppressMessages(suppressWarnings(expr))
cases <- list(
  list(id = "balanced", data = "balanced", reml = TRUE,
       formula = "value ~ condition * load + (1 + condition | participant) + (1 | participant:load)"),
  list(id = "missing", data = "missing_cells", reml = TRUE, formula = "value ~ condition + load + (1 + condition | participant)"),
  list(id = "slopes", data = "load_slopes", reml = TRUE,
       formula = "value ~ condition + load_pct_1rm + (1 + load_pct_1rm | participant)"),
  list(id = "imagery", data = "imagery", reml = TRUE, formula = "value ~ group * week + (1 + week | participant)"),
  list(id = "imagery_ml", data = "imagery", reml = FALSE, formula = "value ~ group * week + (1 + week | participant)"),
  list(id = "crossed", data = "lifters_by_exercises", reml = TRUE,
       formula = "value ~ focus + (1 + focus | participant) + (1 | exercise)"))
levels_of <- list(condition = c("regular", "pectoralis", "triceps"), load = c("20", "40", "50", "60", "80"),
                  focus = c("avoid", "focus"))

read_data <- function(name) {
  d <- read.csv(file.path("..", "mixed_models", "data", paste0(name, ".csv")), stringsAsFactors = FALSE)
  for (col in names(d)) if (is.character(d[[col]])) d[[col]] <- factor(d[[col]])
  for (col in intersect(names(d), names(levels_of))) {
    found <- unique(as.character(d[[col]]))
    d[[col]] <- factor(as.character(d[[col]]), levels = intersect(levels_of[[col]], found))
  }
  d
}

# lme4's optimum, finished by Newton steps on numerical derivatives of lme4's own deviance
tight <- function(formula, d, reml) {
  fit <- quiet(lmer(formula, d, REML = reml, control = control))
  devfun <- quiet(lmer(formula, d, REML = reml, control = control, devFunOnly = TRUE))
  theta <- getME(fit, "theta")
  for (i in 1:6) {
    step <- tryCatch(solve(hessian(devfun, theta), grad(devfun, theta)), error = function(e) NULL)
    if (is.null(step) || devfun(theta - step) > devfun(theta) + 1e-9) break
    theta <- theta - step
    if (max(abs(step)) < 1e-10) break
  }
  devfun(theta)
  slope <- max(abs(grad(devfun, theta) * theta))
  devfun(theta)
  lf <- lFormula(formula, d, REML = reml, control = control)
  opt <- list(par = theta, fval = devfun(theta), conv = 0, message = NULL)
  list(fit = mkMerMod(environment(devfun), opt, lf$reTrms, fr = lf$fr), slope = slope, devfun = devfun)
}

# mean over rows of the variance z'Dz of each term, from Z and Lambda
mean_variances <- function(fit) {
  lambda_t <- getME(fit, "Lambdat"); gp <- getME(fit, "Gp")
  sapply(seq_along(getME(fit, "cnms")), function(i) {
    rows <- (gp[i] + 1):gp[i + 1]
    z <- getME(fit, "Zt")[rows, , drop = FALSE]
    mean(colSums((lambda_t[rows, rows] %*% z)^2)) * sigma(fit)^2
  })
}

shares <- function(fit) {
  each <- mean_variances(fit); names(each) <- names(getME(fit, "cnms"))
  fixed <- var(as.vector(getME(fit, "X") %*% fixef(fit))); left <- sigma(fit)^2
  total <- fixed + sum(each) + left
  list(r2_marginal = fixed / total, r2_conditional = (fixed + sum(each)) / total, grouping = names(each),
       icc_adjusted = unname(each) / (sum(each) + left), icc_adjusted_all = sum(each) / (sum(each) + left),
       icc_unadjusted = sum(each) / total)
}

influence_of <- function(formula, d, reml, whole) {
  lapply(levels(factor(d$participant)), function(who) {
    found <- tight(formula, droplevels(d[d$participant != who, ]), reml)
    change <- fixef(whole) - fixef(found$fit)
    list(level = who, slope = found$slope, estimate_without = unname(fixef(found$fit)), sigma_without = sigma(found$fit),
         dfbetas = unname(change / sqrt(diag(as.matrix(vcov(found$fit))))),
         cooks_distance = as.numeric(change %*% solve(as.matrix(vcov(whole)), change)) / length(change))
  })
}

# limits of the correlation of the first term, of two columns: lme4's deviance, minimal over all standard deviations
correlation_limits <- function(found) {
  theta <- getME(found$fit, "theta")
  sd2 <- sqrt(theta[2]^2 + theta[3]^2); rho <- theta[2] / sd2
  height <- function(r) {
    value <- function(s) found$devfun(c(exp(s[c(1, 2, 2)]) * c(1, r, sqrt(1 - r^2)), exp(s[-(1:2)])))
    best <- optim(log(c(theta[1], sd2, theta[-(1:3)])), value, method = "Nelder-Mead", control = list(reltol = 1e-15, maxit = 5000))
    best <- optim(best$par, value, method = "BFGS", control = list(reltol = 1e-15, maxit = 500))
    best <- optim(best$par, value, method = "Nelder-Mead", control = list(reltol = 1e-15, maxit = 5000))
    best$value - found$devfun(theta) - qchisq(0.95, 1)
  }
  limit <- function(end) if (height(end) < 0) sign(end) else uniroot(height, sort(c(rho, end)), tol = 1e-10)$root
  list(estimate = rho, conf_low = limit(-0.9999), conf_high = limit(0.9999))
}

out <- lapply(cases, function(case) {
  d <- read_data(case$data); formula <- as.formula(case$formula)
  found <- tight(formula, d, case$reml)
  case$slope <- found$slope
  case$shares <- shares(found$fit)
  case$names <- names(fixef(found$fit))
  case$influence <- influence_of(formula, d, case$reml, found$fit)
  if (case$id %in% c("slopes", "imagery", "imagery_ml", "crossed")) case$correlation <- correlation_limits(found)
  case
})
writeLines(toJSON(out, digits = I(16), auto_unbox = TRUE, na = "null"), "reference.json")
packages <- c("lme4", "numDeriv", "jsonlite", "Matrix", "nloptr")
writeLines(c(R.version.string, paste(packages, sapply(packages, function(p) as.character(packageVersion(p))))), "versions.txt")
