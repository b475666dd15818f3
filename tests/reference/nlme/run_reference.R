# Fit every covariance structure with nlme::gls, REML and ML, and write what it finds with 17 digits.
# gls multiplies the covariance matrix of ML coefficients by n / (n - p); phi undoes that.
suppressMessages({library(nlme); library(jsonlite)})
control <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 1000, opt = "nlminb")
data <- list(
  training = list(file = "training.csv", formula = value ~ group * factor(time) + age, occasion = "time"),
  complete = list(file = "complete.csv", formula = value ~ factor(load), occasion = "load")
)
out <- list()
for (name in names(data)) {
  d <- data[[name]]
  frame <- read.csv(d$file)
  frame$step <- as.integer(factor(frame[[d$occasion]]))
  k <- max(frame$step)
  structures <- list(
    UN = list(corSymm(form = ~ step | participant), TRUE), CS = list(corCompSymm(form = ~ step | participant), FALSE),
    CSH = list(corCompSymm(form = ~ step | participant), TRUE), AR1 = list(corAR1(form = ~ step | participant), FALSE),
    ARH1 = list(corAR1(form = ~ step | participant), TRUE),
    TOEP = list(corARMA(form = ~ step | participant, p = k - 1, q = 0), FALSE))
  for (structure in names(structures)) for (method in c("REML", "ML")) {
    s <- structures[[structure]]
    fit <- gls(d$formula, frame, correlation = s[[1]], weights = if (s[[2]]) varIdent(form = ~ 1 | step) else NULL,
               method = method, control = control)
    n <- nrow(frame); p <- length(coef(fit))
    whole <- names(which.max(table(frame$participant)))
    R <- unclass(getVarCov(fit, individual = whole)); attributes(R) <- list(dim = dim(R))
    out[[paste(name, structure, method, sep = ".")]] <- list(
      beta = unname(coef(fit)), names = names(coef(fit)),
      phi = unname(vcov(fit)) * (if (method == "ML") (n - p) / n else 1),
      loglik = as.numeric(logLik(fit)), sigma = R, occasions = sort(frame$step[frame$participant == whole]),
      normalized = unname(as.numeric(residuals(fit, type = "normalized"))))
  }
}
write_json(out, "reference.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE)
writeLines(c(R.version.string, paste("nlme", packageVersion("nlme"))), "versions.txt")
