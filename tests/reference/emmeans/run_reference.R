# Marginal means, contrasts, trends and F tests from R, for tests/models/test_marginal_means.py and its neighbours.
# Run in this folder: Rscript run_reference.R
suppressMessages({library(lme4); library(lmerTest); library(emmeans); library(jsonlite)})
emm_options(msg.interaction = FALSE, msg.nesting = FALSE)
tight <- lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e5))

read_lifts <- function(name) {
  d <- read.csv(file.path("data", paste0(name, ".csv")), colClasses = c(load = "character"))
  d$condition <- factor(d$condition, levels = c("regular", "pectoralis", "triceps"))
  d$load <- factor(d$load)
  d$group <- factor(d$group)
  d
}

table_of <- function(x, adjust = "none", ...) {
  s <- as.data.frame(summary(x, infer = c(TRUE, TRUE), adjust = adjust, ...))
  names(s)[names(s) %in% c("asymp.LCL")] <- "lower.CL"
  names(s)[names(s) %in% c("asymp.UCL")] <- "upper.CL"
  names(s)[names(s) %in% c("z.ratio")] <- "t.ratio"
  s
}
first_estimate <- function(s) {
  wanted <- c("emmean", "response", "estimate", "ratio", grep("\\.trend$", names(s), value = TRUE))
  s[[intersect(wanted, names(s))[1]]]
}
rows_of <- function(x, ...) {
  s <- table_of(x, ...)
  fixed <- c("SE", "df", "lower.CL", "upper.CL", "t.ratio", "p.value", "null",
             "emmean", "response", "estimate", "ratio", grep("\\.trend$", names(s), value = TRUE))
  keys <- s[, setdiff(names(s), fixed), drop = FALSE]
  keys[] <- lapply(keys, as.character)
  list(keys = keys, estimate = first_estimate(s), std_error = s$SE, df = s$df, conf_low = s$lower.CL,
       conf_high = s$upper.CL, statistic = s$t.ratio, p_value = s$p.value)
}

out <- list()
d <- read_lifts("unbalanced")
fit <- lm(value ~ condition * load + group + years + condition:years, d)
e <- function(...) emmeans(fit, ...)
out$means <- list(
  condition = rows_of(e(~ condition)),
  condition_by_load = rows_of(e(~ condition | load)),
  condition_load = rows_of(e(~ condition * load)),
  overall = rows_of(e(~ 1)),
  proportional = rows_of(e(~ condition, weights = "proportional")),
  proportional_by_load = rows_of(e(~ condition | load, weights = "proportional")),
  at_years = rows_of(e(~ condition | years, at = list(years = c(2, 8)))),
  at_loads = rows_of(e(~ condition, at = list(load = c("20", "80"), years = 3))),
  level_90 = rows_of(e(~ group), level = 0.90)
)
cond <- e(~ condition | load); flat <- e(~ condition)
out$contrasts <- list()
for (adjust in c("none", "tukey", "holm", "fdr", "bonferroni"))
  out$contrasts[[paste0("pairwise_", adjust)]] <- rows_of(contrast(cond, "pairwise"), adjust = adjust)
set.seed(1)
out$contrasts$pairwise_mvt <- rows_of(contrast(cond, "pairwise"), adjust = "mvt")
out$contrasts$loads_mvt <- rows_of(contrast(e(~ load), "pairwise"), adjust = "mvt")
out$contrasts$loads_tukey <- rows_of(contrast(e(~ load), "pairwise"), adjust = "tukey")
out$contrasts$control_none <- rows_of(contrast(flat, "trt.vs.ctrl", ref = 2), adjust = "none")
out$contrasts$control_dunnett <- rows_of(contrast(e(~ load), "trt.vs.ctrl", ref = 1), adjust = "mvt")
out$contrasts$polynomial <- rows_of(contrast(e(~ load | condition), "poly"), adjust = "none")
out$contrasts$custom <- rows_of(contrast(flat, list(focused = c(-1, .5, .5), muscles = c(0, 1, -1))), adjust = "none")
out$contrasts$interaction <- rows_of(contrast(e(~ condition * load), interaction = "pairwise"), adjust = "none")
out$contrasts$interaction_mixed <- rows_of(
  contrast(e(~ condition * load), interaction = c("trt.vs.ctrl", "poly")), adjust = "holm")
out$contrasts$proportional <- rows_of(contrast(e(~ condition, weights = "proportional"), "pairwise"), adjust = "none")
out$trends <- list(
  by_condition = rows_of(emtrends(fit, ~ condition, var = "years")),
  pairwise = rows_of(contrast(emtrends(fit, ~ condition, var = "years"), "pairwise"), adjust = "none")
)

curved <- lm(value ~ condition * poly(years, 2) + load, d)
logx <- lm(value ~ condition * log(years) + scale(years) + load, d)
square <- lm(value ~ condition + years + I(years^2) + sqrt(years), d)
out$transforms <- list(
  poly_means = rows_of(emmeans(curved, ~ condition, at = list(years = 6))),
  log_means = rows_of(emmeans(logx, ~ condition)),
  square_means = rows_of(emmeans(square, ~ condition)),
  poly_trend = rows_of(emtrends(curved, ~ condition, var = "years", delta.var = 1e-5)),
  log_trend = rows_of(emtrends(logx, ~ condition, var = "years", delta.var = 1e-5)),
  square_trend = rows_of(emtrends(square, ~ 1, var = "years", delta.var = 1e-5))
)
logged <- lm(log(value) ~ condition * load + years, d)
base2 <- lm(log2(value) ~ condition + years, d)
out$log_response <- list(
  link_means = rows_of(emmeans(logged, ~ condition)),
  response_means = rows_of(emmeans(logged, ~ condition), type = "response"),
  link_pairs = rows_of(contrast(emmeans(logged, ~ condition | load), "pairwise"), adjust = "tukey"),
  response_pairs = rows_of(contrast(emmeans(logged, ~ condition | load), "pairwise"), adjust = "tukey",
                           type = "response"),
  base2_means = rows_of(emmeans(base2, ~ condition), type = "response"),
  base2_pairs = rows_of(contrast(emmeans(base2, ~ condition), "pairwise"), adjust = "none", type = "response")
)

# Rank-deficient and mixed: coefficients and their covariance go with the tables, so that the functions of the
# coefficients can be compared without a fit of our own.
mixed <- function(formula, data, emms) {
  frame_used <<- data
  m <- suppressMessages(eval(bquote(lmer(.(formula), frame_used, control = tight))))
  f <- function(type) {
    a <- anova(m, type = type)
    list(term = rownames(a), num_df = a$NumDF, statistic = a[["F value"]])
  }
  list(X = unname(getME(m, "X")), beta = unname(fixef(m)), vcov = unname(as.matrix(vcov(m))),
       anova = list(`1` = f(1), `2` = f(2), `3` = f(3)),
       means = lapply(emms(m), rows_of))
}
asymptotic <- function(m, spec, ...) emmeans(m, spec, lmer.df = "asymptotic", ...)
d2 <- read_lifts("empty_cell")
out$empty_cell <- mixed(value ~ condition * load + group * years + (1 | participant), d2, function(m) list(
  condition = asymptotic(m, ~ condition), condition_load = asymptotic(m, ~ condition * load),
  group = asymptotic(m, ~ group), load = asymptotic(m, ~ load),
  pairs_by_load = contrast(asymptotic(m, ~ condition | load), "pairwise", adjust = "none")))
d3 <- read_lifts("repeated")
out$repeated <- mixed(value ~ group * condition * load + condition * years + (1 + condition | participant), d3,
  function(m) list(condition = asymptotic(m, ~ condition), group_by_condition = asymptotic(m, ~ group | condition),
  proportional = asymptotic(m, ~ condition, weights = "proportional")))
out$no_margins <- mixed(value ~ condition:load + group + (1 | participant), d3, function(m) list(
  condition = asymptotic(m, ~ condition)))
out$nested <- mixed(value ~ group / condition + years:condition + (1 | participant), d3, function(m) list(
  group = asymptotic(m, ~ group)))
out$curved <- mixed(value ~ condition * poly(years, 2) + load + (1 | participant), d3, function(m) list(
  condition = asymptotic(m, ~ condition)))

# Degrees of freedom that differ between contrasts: statistics, df and correlations in, adjusted P values out.
m <- lmer(value ~ group * condition * load + (1 + condition | participant), d3, control = tight)
k <- emmeans(m, ~ condition * group, lmer.df = "kenward-roger")
p <- contrast(k, "pairwise")
out$own_df <- list(plain = rows_of(p, adjust = "none"), correlation = unname(cov2cor(vcov(p))), means = 6)
set.seed(2)
for (adjust in c("tukey", "mvt", "bonferroni", "holm", "fdr"))
  out$own_df[[adjust]] <- rows_of(p, adjust = adjust)

writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null", dataframe = "columns", pretty = 1),
           "reference.json")
writeLines(c(R.version.string, sapply(c("emmeans", "lme4", "lmerTest", "pbkrtest", "mvtnorm", "estimability"),
  function(p) paste(p, packageVersion(p)))), "versions.txt")
