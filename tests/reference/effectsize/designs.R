# Pre-post-control, variance explained from sums of squares, power. Run: Rscript designs.R (writes designs.json)
suppressMessages({library(metafor); library(effectsize); library(jsonlite); library(afex); library(emmeans)})
# Morris (2008), Table 5
T <- data.frame(m_pre = c(30.6, 23.5, .5, 53.4, 35.6), m_post = c(38.5, 26.8, .7, 75.9, 36), sd_pre = c(15, 3.1, .1, 14.5, 4.7),
                sd_post = c(11.6, 4.1, .1, 4.4, 4.6), n = c(20, 50, 9, 10, 14), r = c(.47, .64, .77, .89, .44))
C <- data.frame(m_pre = c(23.1, 24.9, .6, 55.7, 34.8), m_post = c(19.7, 25.3, .6, 60.7, 33.4), sd_pre = c(13.8, 4.1, .2, 17.3, 3.1),
                sd_post = c(14.8, 3.3, .2, 17.9, 6.9), n = c(20, 42, 9, 11, 14), r = c(.47, .64, .77, .89, .44))
esc <- function(measure, d) {x <- escalc(measure, m1i = m_post, m2i = m_pre, sd1i = if (measure == "SMCR") sd_pre else sd_post,
                             sd2i = if (measure == "SMCR") sd_post else sd_pre, ni = n, ri = r, data = d)
                             list(yi = as.numeric(x$yi), vi = as.numeric(x$vi))}
J <- function(df) exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
sd_pool <- sqrt(((T$n - 1) * T$sd_pre^2 + (C$n - 1) * C$sd_pre^2) / (T$n + C$n - 2))
g <- J(T$n + C$n - 2) * ((T$m_post - T$m_pre) - (C$m_post - C$m_pre)) / sd_pool
out <- list(treatment = T, control = C, SMCR_T = esc("SMCR", T), SMCR_C = esc("SMCR", C), SMCC_T = esc("SMCC", T),
            SMCC_C = esc("SMCC", C), ROMC_T = esc("ROMC", T), ROMC_C = esc("ROMC", C), g_ppc2 = g,
            v_becker = 2 * (1 - T$r) * (1 / T$n + 1 / C$n) + g^2 / (2 * (T$n + C$n)))

data(md_12.1)
m <- aov(rt ~ angle * noise + Error(id / (angle * noise)), md_12.1)
s <- summary(m)
out$anova <- lapply(s, function(x) {x <- as.data.frame(x[[1]]); x$term <- trimws(rownames(x)); x[c("term", "Df", "Sum Sq")]})
w <- as.data.frame(omega_squared(m, partial = TRUE, ci = NULL)); out$omega_within <- w[c("Parameter", "Omega2_partial")]
g2 <- as.data.frame(eta_squared(m, generalized = TRUE, ci = NULL)); out$ges <- g2[c("Parameter", "Eta2_generalized")]

pw <- expand.grid(n = c(6, 10, 18, 20, 40), type = c("paired", "two.sample"), power = c(1/3, .8), stringsAsFactors = FALSE)
pw$delta <- mapply(function(n, type, power) power.t.test(n = n, power = power, type = type, strict = TRUE,
                   tol = 1e-12)$delta, pw$n, pw$type, pw$power)
out$power <- pw

fit <- lmer(rt ~ angle + (1 | id), md_12.1)
em <- emmeans(fit, "angle"); sdtot <- sqrt(sum(as.data.frame(VarCorr(fit))$vcov))
es <- as.data.frame(eff_size(em, sigma = sdtot, edf = 40)); con <- as.data.frame(pairs(em, adjust = "none"))
out$eff_size <- list(sigma = sdtot, edf = 40, contrast = con[c("contrast", "estimate", "SE", "df")],
                     effect = es[c("effect.size", "SE")])
out$versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
  effectsize = as.character(packageVersion("effectsize")), emmeans = as.character(packageVersion("emmeans")),
  afex = as.character(packageVersion("afex")))
write_json(out, "designs.json", digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE)
